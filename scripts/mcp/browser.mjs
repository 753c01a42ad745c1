// What a person does in a browser: opens a URL, and sends the form of its page. The pages are those of the examples' servers.

const MAX_REDIRECTS = 5;

/** A function that opens a URL. What it has got as cookies is sent to all ports of this machine, as browsers do. */
export function startBrowser() {
  const cookies = new Map();

  async function load(url, init = {}, redirects = 0) {
    const cookie = [...cookies].map((pair) => pair.join('=')).join('; ');
    const response = await fetch(url, { ...init, headers: { cookie }, redirect: 'manual' });
    for (const line of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
      cookies.set(name, value);
    }
    const location = response.headers.get('location');
    if (location && redirects < MAX_REDIRECTS) return load(new URL(location, url), {}, redirects + 1);
    if (!response.ok) throw new Error(`${response.status} of ${url}`);
    return response.text();
  }

  return async (url) => {
    const page = await load(url);
    const [, action] = /<form method="POST" action="([^"]+)"/.exec(page) ?? [];
    if (action)
      await load(new URL(action, url), { method: 'POST', body: new URLSearchParams(fieldsOf(page)) });
  };
}

/** The fields of a form, as its first button sends them. */
function fieldsOf(page) {
  const named = (tag) => [...page.matchAll(new RegExp(`<${tag} [^>]*name="(\\w+)"[^>]*>`, 'g'))];
  return [...named('input'), ...named('button').slice(0, 1)].map(([text, name]) => [
    name,
    /value="([^"]*)"/.exec(text)?.[1] ?? 'typed',
  ]);
}
