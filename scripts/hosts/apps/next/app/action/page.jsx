import { ask, lastAnswer } from './actions.js';

export const dynamic = 'force-dynamic';

export default async function Page() {
  return (
    <form action={ask}>
      <input type="text" name="question" />
      <p>{`@@${await lastAnswer()}@@`}</p>
    </form>
  );
}
