// Takes methods from docs/rpc.md and kinds of entries from docs/spec/protocol.csv, and sends what nobody should.
// Usage: node tests/e2e/wrong-types.mjs RPC_MD PROTOCOL_CSV URL     (the sequencer of tests/e2e/alone.bash)
import { readFileSync } from 'node:fs';

const [page, table, url] = process.argv.slice(2);
if (!url) throw new Error('usage: wrong-types.mjs RPC_MD PROTOCOL_CSV URL');
const text = readFileSync(page, 'utf8');
let passed = 0;
const failures = new Set();
function check(holds, what) {
  if (holds) passed++;
  else failures.add(what);
}
/* Bodies are text, so that numbers go out as they are written here. */
async function post(body) {
  const answer = await fetch(url, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body });
  const json = await answer.json();
  check(answer.status === 200 && json.jsonrpc === '2.0', `status ${answer.status} for ${body.slice(0, 120)}`);
  return json;
}
const call = (method, params) => post(`{"jsonrpc":"2.0","id":1,"method":"${method}","params":${params}}`);
const state = async () => JSON.stringify([(await call('penny_chainInfo', '[]')).result.root, (await call('penny_getHealth', '[]')).result.durable]);

const hex = (digits, n) => `"0x${digits.repeat(n)}"`;
const VALUES = ['null', 'true', '-1', '-0', '1.5', '1e3', '1e400', '9007199254740993', '4294967296', '16777216', '18446744073709551615', '18446744073709551616',
  '340282366920938463463374607431768211456', '""', '"1"', '" 1"', '"01"', '"1 "', '"+1"', '"0x"', '"0x1"', '"latest"', '"\\u0000"', `"${'a'.repeat(5000)}"`, '[]', '[1]', '{}', '{"kind":1}',
  hex('00', 20), hex('ff', 32), hex('AB', 31), hex('0', 41), '"0X' + '11'.repeat(32) + '"', hex('zz', 32), hex('1', 129), hex('f', 130)];
const CODES = new Set([...text.matchAll(/^\| (-32\d{3}) \|/gm)].map(m => Number(m[1])));

/* Methods: "`name(a, b?)`" under the heading of that name; those of a verifying node have smaller headings. */
const methods = [...text.matchAll(/^## (\w+)\n\n`\1\(([^)]*)\)`/gm)].map(m => ({ name: m[1], params: m[2].split(',').map(p => p.trim()).filter(Boolean) }));
const replaced = (list, at, item) => list.map((x, i) => (i === at ? item : x));
const GOOD = { entry: '1', stream: '1', account: '1', number: '1', asset: '1', of: '1', list: '"shares"', after: '1', id: '1' };

function judge(what, { error, result }) {
  if (!error) {
    check(result !== undefined, `${what}: neither error nor result`);
    return;
  }
  const { status, field } = error.data ?? {};
  check(CODES.has(error.code) && error.code !== -32603, `${what}: code ${error.code}`);
  check(text.includes(`\`${status}\``), `${what}: status ${status} is not in the page`);
  check(error.code !== -32602 || field || /^too many parameters/.test(error.message), `${what}: no field in ${JSON.stringify(error)}`);
}

async function methodsTried() {
  const known = (await call('penny_methods', '[]')).result;
  check(methods.length === known.length && methods.every(m => known.includes(m.name)), `the page has ${methods.length} methods, the server ${known.length}`);
  for (const { name, params } of methods) {
    if (name === 'penny_submit') continue;
    const names = params.map(p => p.replace('?', '')), good = names.map(n => GOOD[n] ?? '1');
    for (const i of names.keys())
      for (const value of VALUES) {
        const these = replaced(good, i, value), what = `${name} ${names[i]}=${value.slice(0, 30)}`;
        const positional = await call(name, `[${these}]`);
        judge(what, positional);
        judge(what, await call(name, `{${names.map((n, k) => `"${n}":${these[k]}`)}}`));
        if (positional.error?.code === -32602 && name !== 'penny_digest') check(names.includes(positional.error.data.field), `${what}: field ${positional.error.data.field}`);
      }
    const excess = await call(name, `[${[...good, '1']}]`), unknown = await call(name, `{${[...names.map((n, k) => `"${n}":${good[k]}`), '"extra":1']}}`);
    check(excess.error?.code === -32602, `${name}: too many parameters are taken`);
    check(unknown.error?.code === -32602 && (unknown.error.data.field === 'extra' || names.includes(unknown.error.data.field)), `${name}: an unknown parameter is taken`);
    if (params.some(p => !p.endsWith('?'))) check((await call(name, '[]')).error?.code === -32602, `${name}: no parameters are enough`);
  }
}

/* Kinds with their members, as entries in JSON have them. */
function kinds() {
  const all = new Map();
  for (const line of readFileSync(table, 'utf8').split('\n')) {
    const [row, kind, a, b] = line.split(',');
    if (row === 'kind') all.set(kind.toLowerCase(), { signed: b === '1', fields: b === '1' ? [['from', 'acct'], ['nonce', 'var'], ['deadline', 'var']] : [] });
    if (row === 'efield') all.get(kind.toLowerCase()).fields.push([a === 'kind' ? (kind === 'STREAM_OPEN' ? 'stream_kind' : 'asset_kind') : a, b]);
  }
  for (const { signed, fields } of all.values()) if (signed) fields.push(['sig', 'sig64']);
  return all;
}
const PLAIN = { acct: '1', party: '1', obj: '1', aux: '1', u8: '1', var: '"1"', b20: hex('11', 20), b32: hex('11', 32), rnd32: hex('22', 32), sig64: hex('33', 64) };

async function entriesTried() {
  for (const [kind, { fields }] of kinds()) {
    const entries = [], entry = members => `{"kind":"${kind}"${members.map(([n, v]) => `,"${n}":${v}`).join('')}}`;
    const plain = fields.map(([n, type]) => [n, PLAIN[type]]);
    for (const i of fields.keys()) {
      entries.push([entry(plain.filter((_, k) => k !== i)), fields[i][0]]);
      for (const value of VALUES) entries.push([entry(replaced(plain, i, [fields[i][0], value])), fields[i][0]]);
    }
    entries.push([entry([...plain, ['extra', '1']]), 'extra']);
    for (let at = 0; at < entries.length; at += 200) {
      const part = entries.slice(at, at + 200), { result, error } = await call('penny_submit', `[${part.map(([e]) => e)}]`);
      check(result?.length === part.length, `${kind}: ${JSON.stringify(error)}`);
      for (const [k, outcome] of (result ?? []).entries()) {
        const what = `${part[k][1]} of ${part[k][0].slice(0, 200)}`;
        check(outcome.status !== 'applied' && outcome.error?.data.status === outcome.status, `${what}: ${JSON.stringify(outcome)}`);
        judge(what, outcome);
        if (outcome.status === 'malformed') check(outcome.error.data.field === part[k][1], `${what}: field ${outcome.error.data.field}`);
      }
    }
  }
}

for (let i = 0; ; i++) {
  if ((await call('penny_getAccount', '[2]')).result) break;
  if (i === 200) throw new Error('the deposits did not arrive');
  await new Promise(done => setTimeout(done, 50));
}
await call('penny_seal', '[]');
const before = await state();
await methodsTried();
await entriesTried();
check(before === (await state()), 'something was changed');
for (const f of [...failures].slice(0, 20)) console.log(`FAILED ${f}`);
console.log(`wrong-types: ${passed} passed, ${failures.size} failed, 0 skipped`);
process.exit(failures.size ? 1 : 0);
