/** Parses request bodies, as far as the server needs to answer and tests need to compare them. */

/** A file in a form, with the facts by which two requests are compared. */
export interface FormFile {
  filename: string;
  type: string | undefined;
  content: string;
}

/** JSON, the parts of a multipart form, or the text as it is. */
export function parseBody(raw: Buffer, contentType: string | undefined): unknown {
  const boundary = /^multipart\/form-data;.*boundary="?([^";]+)/.exec(contentType ?? '')?.[1];
  if (boundary !== undefined) return parseForm(raw.toString('latin1'), boundary);
  const text = raw.toString();
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function parseForm(text: string, boundary: string): Record<string, unknown> {
  const form: Record<string, unknown> = {};
  for (const part of text.split(`--${boundary}`).slice(1, -1)) {
    const split = part.indexOf('\r\n\r\n');
    const head = part.slice(0, split);
    const content = part.slice(split + 4, -2);
    const name = /name="([^"]*)"/.exec(head)?.[1] ?? '';
    const filename = /filename="([^"]*)"/.exec(head)?.[1];
    const type = /content-type: *([^\r\n]+)/i.exec(head)?.[1];
    form[name] = filename === undefined ? content : ({ filename, type, content } satisfies FormFile);
  }
  return form;
}
