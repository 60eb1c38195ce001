// Turns docs/spec/protocol.csv into the constants and layouts of C and Solidity.
// Usage: node tools/gen.mjs            writes the generated files (they are checked in)
//        node tools/gen.mjs --check    exits 1 if they are not fresh
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const top = join(dirname(fileURLToPath(import.meta.url)), '..');
const width = { u8: 1, u16: 2, u32: 4, u64: 8, u128: 16, b20: 20, b32: 32 };
const ctype = { u8: 'uint8_t', u16: 'uint16_t', u32: 'uint32_t', u64: 'uint64_t', u128: 'pr_u128' };
const wire = { acct: 4, party: 4, obj: 4, aux: 4, u8: 1, var: 8, b20: 20, b32: 32, rnd32: 32, sig64: 64 };
const solType = { obj: 'uint32', u8: 'uint8', var: 'uint64', b20: 'address', b32: 'bytes32', rnd32: 'bytes32' };

const consts = [], objects = [], kinds = [], params = [], statuses = [];
for (const line of readFileSync(join(top, 'docs/spec/protocol.csv'), 'utf8').split('\n')) {
  if (!line || line.startsWith('#')) continue;
  const [row, a, b, c, d, e, f, g] = line.split(',');
  if (row === 'const') consts.push({ name: a, value: Number(b), note: line.split(',').slice(3).join(',') });
  else if (row === 'object') objects.push({ name: a, type: Number(b), keyed: c === '1', note: d, fields: [] });
  else if (row === 'ofield') objects.find(o => o.name === a).fields.push({ name: b, type: c });
  else if (row === 'kind') kinds.push({ name: a, number: Number(b), signed: c === '1', place: d, implicit: Number(e), gas: Number(f), type: g, fields: [] });
  else if (row === 'efield') kinds.find(k => k.name === a).fields.push({ name: b, type: c });
  else if (row === 'param') params.push({ name: a, index: Number(b), def: Number(c), min: Number(d), max: Number(e) });
  else if (row === 'status') statuses.push({ name: a, number: Number(b), note: line.split(',').slice(3).join(',') });
  else throw new Error(`unknown row: ${line}`);
}
const dense = (list, key, from, what) => list.forEach((x, i) => { if (x[key] !== i + from) throw new Error(`${what} ${x.name}: number ${x[key]} is not ${i + from}`); });
dense(objects, 'type', 0, 'object');
dense(kinds, 'number', 1, 'kind');
dense(params, 'index', 0, 'param');
dense(statuses, 'number', 0, 'status');
for (const k of kinds) if (k.signed) {
  k.fields.unshift({ name: 'from', type: 'acct' }, { name: 'nonce', type: 'var' }, { name: 'deadline', type: 'var' });
  k.fields.push({ name: 'sig', type: 'sig64' });
}
const FIELDS_MAX = Math.max(...kinds.map(k => k.fields.length));
const sizeOf = o => 1 + o.fields.reduce((n, f) => n + width[f.type], 0);
const wireSize = k => 1 + k.fields.reduce((n, f) => n + wire[f.type], 0);
// The EIP-712 type of a signed kind: its fields in order, ids of accounts as addresses, then nonce and deadline.
function typeString(k) {
  const out = ['address from'];
  const rest = k.fields.filter(f => !['from', 'nonce', 'deadline', 'sig'].includes(f.name));
  for (const f of rest) {
    if (f.type === 'acct') out.push(`address ${f.name}`);
    else if (f.type === 'party') out.push(`address ${f.name}`, `uint32 ${f.name}Asset`);
    else if (f.type !== 'aux') out.push(`${solType[f.type]} ${f.name}`);
  }
  return `${k.type}(${[...out, 'uint64 nonce', 'uint64 deadline'].join(',')})`;
}
const upper = s => s.toUpperCase();

function cHeader() {
  let s = `/* Generated from docs/spec/protocol.csv by tools/gen.mjs: do not edit.\n * Constants, object layouts, entry kinds and statuses of the protocol (docs/spec). */\n#ifndef PR_TYPES_PROTOCOL_GEN_H\n#define PR_TYPES_PROTOCOL_GEN_H\n\n#include <stdint.h>\n\n#include "core/base/be.h"\n\n`;
  for (const c of consts) s += `#define PR_${c.name} ${c.value}u /* ${c.note} */\n`;
  s += `\nenum pr_status {\n` + statuses.map(x => `\tPR_STATUS_${x.name} = ${x.number}, /* ${x.note} */\n`).join('') + `\tPR_STATUS_COUNT\n};\n`;
  s += `\nenum pr_object_type {\n` + objects.map(o => `\tPR_OBJECT_${o.name} = ${o.type}, /* ${o.note} */\n`).join('') + `\tPR_OBJECT_COUNT\n};\n`;
  s += `\nenum pr_kind {\n` + kinds.map(k => `\tPR_KIND_${k.name} = ${k.number},\n`).join('') + `\tPR_KIND_COUNT\n};\n`;
  s += `\nenum pr_param {\n` + params.map(p => `\tPR_PARAM_${upper(p.name)} = ${p.index}, /* default ${p.def}, from ${p.min} to ${p.max} */\n`).join('') + `\tPR_PARAM_COUNT\n};\n`;
  s += `\n/* Objects as the ledger holds them.  Payload bytes on the tree: type byte, then the fields big-endian in this order. */\n`;
  for (const o of objects) if (o.fields.length) {
    s += `struct pr_${o.name.toLowerCase()} {\n`;
    for (const f of o.fields) s += f.type.startsWith('b') ? `\tuint8_t ${f.name}[${width[f.type]}];\n` : `\t${ctype[f.type]} ${f.name};\n`;
    s += `};\n`;
  }
  for (const o of objects) s += `#define PR_${o.name}_BYTES ${sizeOf(o)}u\n`;
  s += `#define PR_PAYLOAD_BYTES_MAX ${Math.max(...objects.map(sizeOf))}u\n`;
  s += `\n/* Positions of the fields of each kind in struct pr_entry. */\n`;
  for (const k of kinds) {
    s += `enum { ` + k.fields.map((f, i) => `PR_${k.name}_${upper(f.name)} = ${i}`).join(', ') + ` };\n`;
  }
  s += `#define PR_ENTRY_FIELDS_MAX ${FIELDS_MAX}u\n#define PR_WIRE_BYTES_MAX ${Math.max(...kinds.map(wireSize))}u\n`;
  s += `\nenum pr_field_type {\n\tPR_FIELD_ACCT,  /* id of an account; signed as its address */\n\tPR_FIELD_PARTY, /* id of an account or asset; signed as (address, 0) or (zero address, id) */\n\tPR_FIELD_OBJ,   /* id; signed as uint32 */\n\tPR_FIELD_AUX,   /* id named because it is touched; not signed */\n\tPR_FIELD_U8,\n\tPR_FIELD_VAR,   /* u64; LEB128 in a chunk */\n\tPR_FIELD_B20,\n\tPR_FIELD_B32,\n\tPR_FIELD_RND32, /* 32 bytes in the raw section */\n\tPR_FIELD_SIG64  /* EIP-2098 signature in the raw section */\n};\n`;
  s += `\nenum pr_place { PR_PLACE_ANY, /* posted, or forced through the inbox */ PR_PLACE_INBOX /* inbox only */ };\n`;
  s += `\nstruct pr_field_info {\n\tconst char *name;\n\tenum pr_field_type type;\n};\n`;
  s += `\nstruct pr_kind_info {\n\tconst char *name; /* lower case, as in the RPC */\n\tuint8_t is_signed;\n\tenum pr_place place;\n\tuint8_t implicit_leaves; /* leaves touched that the entry does not name */\n\tuint32_t gas;            /* weight against PR_CHUNK_GAS_MAX, without hash-chain links */\n\tuint16_t wire_bytes;\n\tuint8_t field_count;\n\tstruct pr_field_info fields[PR_ENTRY_FIELDS_MAX];\n\tconst char *type_string; /* EIP-712 encodeType, NULL for unsigned kinds */\n};\n`;
  s += `extern const struct pr_kind_info pr_kind_infos[PR_KIND_COUNT]; /* [0] is empty: name NULL */\nextern const char *const pr_status_names[PR_STATUS_COUNT];\nextern const char *const pr_object_names[PR_OBJECT_COUNT];\n`;
  s += `\nstruct pr_param_info {\n\tconst char *name;\n\tuint64_t def, min, max;\n};\nextern const struct pr_param_info pr_param_infos[PR_PARAM_COUNT];\n`;
  s += `\n/* Any object.  The type says which member of u holds. */\nstruct pr_object {\n\tuint8_t type; /* enum pr_object_type */\n\tunion {\n` +
    objects.filter(o => o.fields.length).map(o => `\t\tstruct pr_${o.name.toLowerCase()} ${o.name.toLowerCase()};\n`).join('') + `\t} u;\n};\n`;
  s += `\n/* Byte length of the payload of a type; 0 for a type that does not exist. */\nuint32_t pr_payload_bytes(uint8_t type);\n/* 1 if objects of this type carry a key and are linked in key order. */\nint pr_object_is_keyed(uint8_t type);\n/* Writes the payload of o to out (room for PR_PAYLOAD_BYTES_MAX); returns its length. */\nuint32_t pr_object_encode(uint8_t *out, const struct pr_object *o);\n/* Reads a payload of exactly pr_payload_bytes(payload[0]) bytes; false for an unknown type or another length. */\nint pr_object_decode(struct pr_object *o, const uint8_t *payload, uint32_t len);\n\n#endif\n`;
  return s;
}

function cSource() {
  let s = `/* Generated from docs/spec/protocol.csv by tools/gen.mjs: do not edit. */\n#include "core/types/protocol_gen.h"\n\n#include <string.h>\n\nconst struct pr_kind_info pr_kind_infos[PR_KIND_COUNT] = {\n`;
  const place = { F: 'PR_PLACE_ANY', I: 'PR_PLACE_INBOX' };
  for (const k of kinds) {
    s += `\t[PR_KIND_${k.name}] = { "${k.name.toLowerCase()}", ${k.signed ? 1 : 0}, ${place[k.place]}, ${k.implicit}, ${k.gas}, ${wireSize(k)}, ${k.fields.length},\n\t\t{ ` +
      k.fields.map(f => `{ "${f.name}", PR_FIELD_${upper(f.type)} }`).join(', ') + ` },\n\t\t${k.signed ? `"${typeString(k)}"` : 'NULL'} },\n`;
  }
  s += `};\n\nconst char *const pr_status_names[PR_STATUS_COUNT] = {\n` + statuses.map(x => `\t"${x.name.toLowerCase()}",\n`).join('') + `};\n`;
  s += `\nconst char *const pr_object_names[PR_OBJECT_COUNT] = {\n` + objects.map(x => `\t"${x.name.toLowerCase()}",\n`).join('') + `};\n`;
  s += `\nconst struct pr_param_info pr_param_infos[PR_PARAM_COUNT] = {\n` + params.map(p => `\t{ "${p.name}", ${p.def}, ${p.min}, ${p.max} },\n`).join('') + `};\n`;
  s += `\nuint32_t pr_payload_bytes(uint8_t type)\n{\n\tstatic const uint8_t bytes[PR_OBJECT_COUNT] = { ${objects.map(sizeOf).join(', ')} };\n\treturn type < PR_OBJECT_COUNT ? bytes[type] : 0;\n}\n`;
  s += `\nint pr_object_is_keyed(uint8_t type)\n{\n\tstatic const uint8_t keyed[PR_OBJECT_COUNT] = { ${objects.map(o => o.keyed ? 1 : 0).join(', ')} };\n\treturn type < PR_OBJECT_COUNT && keyed[type];\n}\n`;
  s += `\nuint32_t pr_object_encode(uint8_t *out, const struct pr_object *o)\n{\n\tuint8_t *p = out;\n\t*p++ = o->type;\n\tswitch ((enum pr_object_type)o->type) {\n`;
  for (const o of objects) {
    s += `\tcase PR_OBJECT_${o.name}:\n`;
    for (const f of o.fields) {
      const v = `o->u.${o.name.toLowerCase()}.${f.name}`, w = width[f.type];
      s += f.type === 'u8' ? `\t\t*p++ = ${v};\n` : f.type.startsWith('b') ? `\t\tmemcpy(p, ${v}, ${w});\n\t\tp += ${w};\n` : `\t\tpr_be${w * 8}_put(p, ${v});\n\t\tp += ${w};\n`;
    }
    s += `\t\tbreak;\n`;
  }
  s += `\tcase PR_OBJECT_COUNT: break;\n\t}\n\treturn (uint32_t)(p - out);\n}\n`;
  s += `\nint pr_object_decode(struct pr_object *o, const uint8_t *payload, uint32_t len)\n{\n\tconst uint8_t *p = payload + 1;\n\tmemset(o, 0, sizeof *o);\n\tif (len == 0 || payload[0] >= PR_OBJECT_COUNT || len != pr_payload_bytes(payload[0])) return 0;\n\to->type = payload[0];\n\tswitch ((enum pr_object_type)o->type) {\n`;
  for (const o of objects) {
    s += `\tcase PR_OBJECT_${o.name}:\n`;
    o.fields.forEach((f, i) => {
      const v = `o->u.${o.name.toLowerCase()}.${f.name}`, w = width[f.type], last = i === o.fields.length - 1;
      s += f.type === 'u8' ? `\t\t${v} = *p;\n` : f.type.startsWith('b') ? `\t\tmemcpy(${v}, p, ${w});\n` : `\t\t${v} = pr_be${w * 8}(p);\n`;
      if (!last) s += `\t\tp += ${w};\n`;
    });
    s += `\t\tbreak;\n`;
  }
  s += `\tcase PR_OBJECT_COUNT: break;\n\t}\n\treturn 1;\n}\n`;
  return s;
}

function solidity() {
  const hex = bytes => `hex"${bytes.map(b => b.toString(16).padStart(2, '0')).join('')}"`;
  const ft = { acct: 0, party: 1, obj: 2, aux: 3, u8: 4, var: 5, b20: 6, b32: 7, rnd32: 8, sig64: 9 };
  let s = `// SPDX-License-Identifier: Apache-2.0\npragma solidity ^0.8.28;\n\n// Generated from docs/spec/protocol.csv by tools/gen.mjs: do not edit.\n\n`;
  for (const c of consts) s += `uint256 constant ${c.name} = ${c.value}; // ${c.note}\n`;
  s += `\n`;
  for (const x of statuses) s += `uint256 constant STATUS_${x.name} = ${x.number}; // ${x.note}\n`;
  s += `\n// Object types and, per type, the positions of its fields (in words, after the word that holds the type).\n`;
  for (const o of objects) {
    s += `uint256 constant OBJECT_${o.name} = ${o.type};\n`;
    o.fields.forEach((f, i) => { s += `uint256 constant ${o.name}_${upper(f.name)} = ${i + 1};\n`; });
  }
  s += `uint256 constant OBJECT_TYPES = ${objects.length};\nuint256 constant OBJECT_WORDS_MAX = ${Math.max(...objects.map(o => o.fields.length)) + 1};\n`;
  s += `\n// Field widths in bytes of each object type, in order; byte lengths of payloads; which types are keyed.\n`;
  for (const o of objects) s += `bytes constant WIDTHS_${o.name} = ${hex(o.fields.map(f => width[f.type]))};\n`;
  s += `bytes constant PAYLOAD_BYTES = ${hex(objects.map(sizeOf))};\n`;
  const word = bytes => `0x${[...bytes, ...Array(32 - bytes.length).fill(0)].map(b => b.toString(16).padStart(2, '0')).join('')}`;
  s += `uint256 constant PAYLOAD_BYTES_WORD = ${word(objects.map(sizeOf))}; // byte n: type n\n`;
  s += `uint256 constant PAYLOAD_BYTES_MAX = ${Math.max(...objects.map(sizeOf))};\n`;
  s += `uint256 constant KEYED_TYPES = ${objects.reduce((m, o) => m | (o.keyed ? 1 << o.type : 0), 0)}; // bit n: type n carries a link\n`;
  s += `\n// Where a field lies in the payload: (byte offset << 8) | (256 - bits), the shift that brings a word read there down to the field.\n`;
  for (const o of objects) {
    let at = 1;
    for (const f of o.fields) {
      s += `uint256 constant AT_${o.name}_${upper(f.name)} = ${at * 256 + 256 - 8 * width[f.type]};\n`;
      at += width[f.type];
    }
  }
  s += `\n// Entry kinds and, per kind, the positions of its fields (in words, after the word that holds the kind).\n`;
  for (const k of kinds) {
    s += `uint256 constant KIND_${k.name} = ${k.number};\n`;
    k.fields.forEach((f, i) => { s += `uint256 constant ${k.name}_${upper(f.name)} = ${i + 1};\n`; });
  }
  s += `uint256 constant KIND_COUNT = ${kinds.length + 1};\nuint256 constant ENTRY_WORDS = ${FIELDS_MAX + 2}; // kind, fields; a signature takes two words\n`;
  s += `\n// Field types: ${Object.entries(ft).map(([n, v]) => `${v} ${n}`).join(', ')}.\n`;
  for (const [n, v] of Object.entries(ft)) s += `uint256 constant FIELD_${upper(n)} = ${v};\n`;
  for (const k of kinds) s += `bytes constant FIELDS_${k.name} = ${hex(k.fields.map(f => ft[f.type]))};\n`;
  s += `// Per kind, from kind 0: signed flag, place (0 any, 1 inbox only), implicit leaves (one byte each); wire bytes (2); gas (4).\n`;
  const zero = [0];
  s += `bytes constant KIND_SIGNED = ${hex([...zero, ...kinds.map(k => k.signed ? 1 : 0)])};\n`;
  s += `bytes constant KIND_PLACE = ${hex([1, ...kinds.map(k => ({ F: 0, I: 1 })[k.place])])};\n`;
  s += `bytes constant KIND_IMPLICIT = ${hex([...zero, ...kinds.map(k => k.implicit)])};\n`;
  s += `bytes constant KIND_WIRE_BYTES = ${hex([0, 0, ...kinds.flatMap(k => [wireSize(k) >> 8, wireSize(k) & 255])])};\n`;
  s += `bytes constant KIND_GAS = ${hex([0, 0, 0, 0, ...kinds.flatMap(k => [k.gas >>> 24, (k.gas >>> 16) & 255, (k.gas >>> 8) & 255, k.gas & 255])])};\n`;
  s += `// All of it, one word per kind: fields (1), flags (1: 1 signed, 2 inbox only), implicit leaves (1), words of a decoded entry (1),\n`;
  s += `// wire bytes (2), gas (4), 6 unused, field types (16). Kind 0, which is none, counts as inbox only.\n`;
  const info = k => [k.fields.length, (k.signed ? 1 : 0) | (k.place === 'I' ? 2 : 0), k.implicit, k.fields.length + 1 + (k.fields.some(f => f.type === 'sig64') ? 1 : 0),
    wireSize(k) >> 8, wireSize(k) & 255, k.gas >>> 24, (k.gas >>> 16) & 255, (k.gas >>> 8) & 255, k.gas & 255, 0, 0, 0, 0, 0, 0,
    ...Array.from({ length: 16 }, (_, i) => i < k.fields.length ? ft[k.fields[i].type] : 0)];
  s += `bytes constant KIND_INFO =\n    hex"0002${'00'.repeat(30)}"` + kinds.map(k => `\n    ${hex(info(k))}`).join('') + `;\n`;
  for (const k of kinds) if (k.signed) s += `bytes32 constant TYPEHASH_${k.name} = keccak256("${typeString(k)}");\n`;
  s += `\n/// @dev Writes the type hashes of the signed kinds to their places in a table that is zero.\nfunction fillTypehashes(bytes32[KIND_COUNT] memory table) pure {\n` +
    kinds.filter(k => k.signed).map(k => `    table[KIND_${k.name}] = TYPEHASH_${k.name};\n`).join('') + `}\n`;
  s += `\nuint256 constant PARAM_COUNT = ${params.length};\n`;
  for (const p of params) s += `uint256 constant PARAM_${upper(p.name)} = ${p.index};\nuint256 constant PARAM_${upper(p.name)}_MIN = ${p.min};\nuint256 constant PARAM_${upper(p.name)}_MAX = ${p.max};\n`;
  return s;
}

const files = { 'core/types/protocol_gen.h': cHeader(), 'core/types/protocol_gen.c': cSource(), 'l1-bridge/contracts/src/Protocol.sol': solidity() };
let stale = 0;
for (const [name, text] of Object.entries(files)) {
  const path = join(top, name);
  if (process.argv.includes('--check')) {
    let old = '';
    try { old = readFileSync(path, 'utf8'); } catch { /* missing counts as stale */ }
    if (old !== text) { stale++; console.error(`stale: ${name} (run node tools/gen.mjs)`); }
  } else writeFileSync(path, text);
}
process.exit(stale ? 1 : 0);
