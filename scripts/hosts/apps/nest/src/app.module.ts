import { Readable } from 'node:stream';
import { Controller, Get, Injectable, Module, StreamableFile } from '@nestjs/common';
import { openai } from './client';

const body = { model: 'gpt-4o-mini', messages: [{ role: 'user' as const, content: 'hello' }] };

@Injectable()
class Answers {
  async chat(): Promise<string> {
    const { choices, usage } = await openai.chat.completions.create(body);
    return `${choices[0]?.message.content} ${usage?.total_tokens}`;
  }

  async *parts(): AsyncGenerator<string> {
    for await (const { choices } of await openai.chat.completions.create({ ...body, stream: true })) {
      yield choices[0]?.delta.content ?? '';
    }
  }
}

@Controller()
class AppController {
  constructor(private readonly answers: Answers) {}

  @Get('chat')
  chat(): Promise<string> {
    return this.answers.chat();
  }

  @Get('stream')
  stream(): StreamableFile {
    return new StreamableFile(Readable.from(this.answers.parts(), { objectMode: false }));
  }
}

@Module({ controllers: [AppController], providers: [Answers] })
export class AppModule {}
