// Signs one entry of every signed kind with a foreign wallet and submits it as that wallet returned it.
// Usage: node tests/e2e/wallet.mjs CAST URL     (the sequencer of tests/e2e/alone.bash: accounts 1 and 2 with 10 tokens each)
import { execFileSync } from 'node:child_process';

const [cast, url] = process.argv.slice(2);
if (!url) throw new Error('usage: wallet.mjs CAST URL');
// The first two keys of the well-known development mnemonic, which own accounts 1 and 2.
const keys = {
  1: '0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80',
  2: '0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d',
};
const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
const HOUR_S = 3600;

async function call(method, ...params) {
  const answer = await fetch(url, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }) });
  return answer.json();
}
async function result(method, ...params) {
  const { result, error } = await call(method, ...params);
  if (error) throw new Error(`${method}: ${JSON.stringify(error)}`);
  return result;
}

const nonces = { 1: 0, 2: 0 };
async function signed(entry, by) {
  const whole = entry.kind === 'stream_voucher' ? entry : { from: by, nonce: nonces[by], deadline: 0, ...entry };
  const { typedData } = await result('penny_digest', whole);
  const sig = execFileSync(cast, ['wallet', 'sign', '--data', JSON.stringify(typedData), '--private-key', keys[by]], { encoding: 'utf8' }).trim();
  if (sig.length !== 132) throw new Error(`the wallet gave ${sig}`);
  return { ...whole, sig };
}
async function submit(entry) {
  const [outcome] = await result('penny_submit', entry);
  return outcome;
}

let passed = 0, failed = 0;
function check(name, holds, seen) {
  if (!holds) console.log(`FAILED ${name}: ${JSON.stringify(seen)}`);
  holds ? passed++ : failed++;
}
/* Returns the id of the object that the entry made. */
async function applied(entry, by) {
  const outcome = await submit(await signed(entry, by));
  check(entry.kind, outcome.status === 'applied', outcome);
  if (entry.kind !== 'stream_voucher') nonces[by]++;
  return outcome.id;
}
const bytes32 = n => '0x' + n.toString(16).padStart(64, '0');
const register = n => ({ kind: 'asset_register', asset_kind: 1, active: 0, content: bytes32(n), metadata: bytes32(0), price0: 10, price1: 0, price2: 0, price3: 0, ask_mode: 0, ask_ppm: 0 });

for (let i = 0; ; i++) {
  const { result: account } = await call('penny_getAccount', 2);
  if (account) break;
  if (i === 200) throw new Error('the deposits did not arrive');
  await new Promise(done => setTimeout(done, 50));
}
await applied({ kind: 'transfer', to: 2, amount: '1' }, 1);
await applied({ kind: 'account_open', to: '0x00000000000000000000000000000000000000aa', amount: 5 }, 1);
await applied({ kind: 'withdraw', to: '0x00000000000000000000000000000000000000bb', amount: '1000' }, 2);
const asset = await applied(register(77), 1);
await applied({ kind: 'edge_add', child: asset, beneficiary: 2, mode: 1, ppm: 50000 }, 1);
await applied({ kind: 'asset_open', asset }, 1);
await applied({ kind: 'asset_price', asset, scope: 1, price: '18446744073709551615' }, 1);
await applied({ kind: 'share_issue', asset, holder: 1, units: 3 }, 1);
await applied({ kind: 'share_transfer', asset, to: 2, units: 1 }, 1);
await applied({ kind: 'pay', asset, scope: 0, amount: '100' }, 2);
const { time } = await result('penny_getState');
const expiry = time + HOUR_S;
const stream = await applied({ kind: 'stream_open', asset, scope: 0, stream_kind: 2, price: 0, escrow: '500', expiry, tip: bytes32(0) }, 2);
const { serial } = await result('penny_getStream', stream);
await applied({ kind: 'stream_topup', stream, serial, amount: '20', expiry: expiry + 1 }, 2);
const voucher = { kind: 'stream_voucher', stream, asset, payer: 2, cumulative: '123' };
await applied(voucher, 2);
await applied({ kind: 'stream_close', stream, serial, asset, payer: 2 }, 1);
await applied({ kind: 'asset_retire', asset }, 1);

const account = await result('penny_getAccount', 2);
check('what is left in account 2', account.balance === String(10_000_000_000 + 1 - 1000 - 100 - 123), account);

const transfer = { kind: 'transfer', to: 2, amount: '7' };
const good = await signed(transfer, 1);
async function refused(name, entry, status) {
  const outcome = await submit(entry);
  check(name, outcome.status === status, outcome);
}
await refused('the key of another account', { ...(await signed({ ...transfer, from: 1, nonce: nonces[1] }, 2)) }, 'signature');
const s = BigInt('0x' + good.sig.slice(66, 130));
const flipped = good.sig.endsWith('1b') ? '1c' : '1b';
await refused('the same signature with a high s', { ...good, sig: good.sig.slice(0, 66) + (ORDER - s).toString(16).padStart(64, '0') + flipped }, 'malformed');
await refused('another recovery byte', { ...good, sig: good.sig.slice(0, 130) + '1d' }, 'malformed');
await refused('the other recovery byte', { ...good, sig: good.sig.slice(0, 130) + flipped }, 'signature');
const outcome = await submit(good);
check('the good one is still good', outcome.status === 'applied', outcome);
check('and once only', (await submit(good)).repeated === true, outcome);

console.log(`wallet: ${passed} passed, ${failed} failed, 0 skipped`);
process.exitCode = failed ? 1 : 0;
