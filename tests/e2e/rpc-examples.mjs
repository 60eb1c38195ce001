// Runs the examples of docs/rpc.md against a sequencer and compares the answers: the page stays true.
// Usage: node tests/e2e/rpc-examples.mjs PAGE URL          a fresh sequencer, as the page says
//        node tests/e2e/rpc-examples.mjs PAGE URL node     a verifying node whose chain has a settled batch: the section "Verifying node" alone
// Examples are pairs of fenced blocks: "json request" or "hex PATH", then "json response".  "..." in a response matches anything, as the last
// element of a list any further ones.
import { readFileSync } from 'node:fs';

const [page, url, role] = process.argv.slice(2);
if (!url) throw new Error('usage: rpc-examples.mjs PAGE URL [node]');
const whole = readFileSync(page, 'utf8'), section = whole.match(/^## Verifying node$[\s\S]*?(?=^## )/m)[0];
const text = role === 'node' ? section : whole.replace(section, '');
const blocks = [...text.matchAll(/^```(json request|json response|hex \S+)\n([\s\S]*?)^```$/gm)].map(m => ({ kind: m[1], body: m[2] }));

function differs(want, got, at) {
  if (want === '...') return null;
  if (Array.isArray(want) !== Array.isArray(got) || typeof want !== typeof got || want === null || typeof want !== 'object')
    return want === got ? null : `${at}: ${JSON.stringify(got)} instead of ${JSON.stringify(want)}`;
  if (Array.isArray(want) && want.at(-1) === '...') {
    want = want.slice(0, -1);
    got = got.slice(0, want.length);
  }
  for (const key of new Set([...Object.keys(want), ...Object.keys(got ?? {})])) {
    if (!(key in want)) return `${at}.${key}: not in the page`;
    if (!got || !(key in got)) return `${at}.${key}: not in the answer`;
    const found = differs(want[key], got[key], `${at}.${key}`);
    if (found) return found;
  }
  return null;
}

async function ask(block) {
  const ticks = block.kind.startsWith('hex ');
  const answer = await fetch(new URL(ticks ? block.kind.slice(4) : '/', url), {
    method: 'POST',
    headers: { 'Content-Type': ticks ? 'application/octet-stream' : 'application/json' },
    body: ticks ? Buffer.from(block.body.replace(/\s/g, ''), 'hex') : block.body,
  });
  return answer.json();
}

let passed = 0, failed = 0;
for (let i = 0; i < blocks.length; i += 2) {
  if (blocks[i].kind === 'json response' || blocks[i + 1]?.kind !== 'json response') throw new Error(`example ${i / 2 + 1}: not a request and a response`);
  const name = blocks[i].kind === 'json request' ? JSON.parse(blocks[i].body).method : blocks[i].kind.slice(4);
  const wrong = differs(JSON.parse(blocks[i + 1].body), await ask(blocks[i]), 'answer');
  if (wrong) console.log(`example ${i / 2 + 1} (${name}): ${wrong}`);
  wrong ? failed++ : passed++;
}
console.log(`rpc-examples: ${passed} passed, ${failed} failed, 0 skipped`);
process.exitCode = failed || !passed ? 1 : 0;
