import { chat } from '../lib/calls.js';

export const dynamic = 'force-dynamic';

export default async function Page() {
  return <p>{`@@${await chat()}@@`}</p>;
}
