// People who use a NodeBB 1.x as its own pages do: they sign in with a form and write over socket.io. A line on standard
// input {id, user, event, data} is what somebody does, one on standard output {id, error, result} what came of it.
'use strict';

const [, , base, secrets] = process.argv;
const passwords = JSON.parse(secrets);
const connect = require('socket.io-client');
const people = {};

function remember(jar, response) {
  for (const cookie of response.headers.getSetCookie()) {
    const [name, ...rest] = cookie.split(';')[0].split('=');
    jar[name] = rest.join('=');
  }
  return response;
}

const said = (jar) => Object.entries(jar).map(([name, value]) => `${name}=${value}`).join('; ');

async function signIn(user) {
  const jar = {};
  const config = await remember(jar, await fetch(`${base}/api/config`)).json();
  const headers = { 'content-type': 'application/json', 'x-csrf-token': config.csrf_token, cookie: said(jar) };
  const body = JSON.stringify({ username: user, password: passwords[user] });
  const answer = remember(jar, await fetch(`${base}/login`, { method: 'POST', headers, body, redirect: 'manual' }));
  if (answer.status >= 400) throw new Error(`${user} cannot sign in: ${await answer.text()}`);
  const socket = connect(base, { extraHeaders: { cookie: said(jar) }, transports: ['polling'] });
  await new Promise((resolve, reject) => socket.on('connect', resolve).on('connect_error', reject));
  return socket;
}

async function act({ id, user, event, data }) {
  try {
    const socket = await (people[user] = people[user] || signIn(user));
    const result = await new Promise((resolve, reject) => {
      socket.emit(event, data, (error, value) => (error ? reject(new Error(error.message)) : resolve(value)));
    });
    process.stdout.write(`${JSON.stringify({ id, result: result === undefined ? null : result })}\n`);
  } catch (error) {
    process.stdout.write(`${JSON.stringify({ id, error: error.message })}\n`);
  }
}

require('readline').createInterface({ input: process.stdin }).on('line', (line) => act(JSON.parse(line)))
  .on('close', () => process.exit());
