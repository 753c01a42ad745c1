import { chat } from '../../calls.mjs';

export const loader = () => chat();

export default function Home({ loaderData }) {
  return <p>{`@@${loaderData}@@`}</p>;
}
