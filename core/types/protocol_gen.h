/* Generated from docs/spec/protocol.csv by tools/gen.mjs: do not edit.
 * Constants, object layouts, entry kinds and statuses of the protocol (docs/spec). */
#ifndef PR_TYPES_PROTOCOL_GEN_H
#define PR_TYPES_PROTOCOL_GEN_H

#include <stdint.h>

#include "core/base/be.h"

#define PR_TREE_DEPTH 32u /* depth of the state tree */
#define PR_OBJECTS_MAX 16777216u /* object ids are below this (2^24); bounds the bytes of a proof */
#define PR_OBJECTS_RESERVE 1048576u /* of these ids the last ones are for inbox items alone: whoever fills the state cannot lock anybody in */
#define PR_CHUNK_ENTRIES_MAX 128u /* entries in a posted chunk */
#define PR_CHUNK_LEAVES_MAX 128u /* distinct ids named by a posted chunk plus its implicit leaves plus the system leaf */
#define PR_CHUNK_LINKS_MAX 2048u /* hash-chain links in a posted chunk */
#define PR_CHUNK_GAS_MAX 1700000u /* sum of the entries' gas weights in a posted chunk */
#define PR_CHUNK_PLAIN_MAX 8192u /* bytes of a chunk's plain section */
#define PR_CHUNK_RAW_MAX 8192u /* bytes of a chunk's raw section */
#define PR_CHUNK_BYTES_MAX 16640u /* bytes of a chunk as posted */
#define PR_CHUNK_FORMAT 1u /* first byte of a posted chunk */
#define PR_INBOX_LINKS_MAX 256u /* hash-chain links of one forced tick */
#define PR_INBOX_CHUNK_ITEMS 8u /* inbox items executed by one inbox chunk */
#define PR_BATCH_CHUNKS_MAX 256u /* chunks of a batch (inbox chunks and posted chunks) */
#define PR_BATCH_ITEMS_MAX 1024u /* inbox items of a batch */
#define PR_BATCH_DATA_MAX 118000u /* bytes of the posted chunks of a batch with their lengths */
#define PR_LIST_DEPTH 8u /* depth of the keccak lists of chunk hashes and of roots */
#define PR_PPM 1000000u /* one whole in parts per million */
#define PR_NEW_SHARE_CARRY 4294967295u /* carry that a new share begins with (2^32-1 parts of 2^64): makes up for what division cuts off */
#define PR_SCOPES 4u /* prices of an asset: 0 call; 1 input; 2 output; 3 training */
#define PR_TAG_LEAF 0u /* first byte hashed for a leaf */
#define PR_TAG_NODE 1u /* first byte hashed for a node */
#define PR_TAG_LINK 2u /* first byte hashed for a link part */
#define PR_TAG_KEY 3u /* first byte hashed for a key */
#define PR_MODE_NONE 0u /* an asset asks nothing of derivatives */
#define PR_MODE_RELATIVE 1u /* share of all revenue of the child; flows on to the parent as revenue */
#define PR_MODE_ABSOLUTE 2u /* share of the direct revenue of every descendant */
#define PR_ASSET_DRAFT 0u /* takes edges; no use and no children */
#define PR_ASSET_ACTIVE 1u /* may be used and derived from */
#define PR_ASSET_RETIRED 2u /* no new use and no new children */
#define PR_ASSET_KINDS 5u /* 0 dataset; 1 model; 2 adapter; 3 service; 4 agent */
#define PR_STREAM_CHAIN 1u /* metered by hash-chain preimages */
#define PR_STREAM_VOUCHER 2u /* metered by signed cumulative vouchers */

enum pr_status {
	PR_STATUS_APPLIED = 0, /* the entry took effect */
	PR_STATUS_MALFORMED = 1, /* unknown kind or bytes that are not an entry */
	PR_STATUS_SENDER = 2, /* from is not an account */
	PR_STATUS_EXPIRED = 3, /* the deadline is before the ledger's time */
	PR_STATUS_NONCE = 4, /* not the account's next nonce */
	PR_STATUS_RECIPIENT = 5, /* a named account is not an account */
	PR_STATUS_BENEFICIARY = 6, /* a named party is neither an account nor an asset */
	PR_STATUS_SIGNATURE = 7, /* not a canonical signature by the account named */
	PR_STATUS_AMOUNT_ZERO = 8, /* amount of zero */
	PR_STATUS_BALANCE = 9, /* more than the balance */
	PR_STATUS_ACCOUNT_EXISTS = 10, /* the address has an account */
	PR_STATUS_ADDRESS_ZERO = 11, /* the zero address */
	PR_STATUS_STATE_FULL = 12, /* no free object id */
	PR_STATUS_SUPPLY = 13, /* total supply would pass 2^64-1 */
	PR_STATUS_WITHDRAW_MULTIPLE = 14, /* not whole base units on L1 */
	PR_STATUS_ASSET = 15, /* not an asset */
	PR_STATUS_ASSET_EXISTS = 16, /* the content hash is registered */
	PR_STATUS_ASSET_STATUS = 17, /* the asset is not in the status that this needs */
	PR_STATUS_OWNER = 18, /* the sender does not own the asset */
	PR_STATUS_ENUM_RANGE = 19, /* a kind or scope or mode or flag out of range */
	PR_STATUS_RATE_RANGE = 20, /* a rate out of range or not what the parent asks */
	PR_STATUS_RATE_SUM = 21, /* the sum of the asset's rates would pass the cap */
	PR_STATUS_EDGE_SELF = 22, /* an asset cannot feed itself */
	PR_STATUS_EDGE_EXISTS = 23, /* the child has an edge to this beneficiary */
	PR_STATUS_EDGE = 24, /* not an edge */
	PR_STATUS_MISMATCH = 25, /* the objects named do not belong together */
	PR_STATUS_PARENT_STATUS = 26, /* the parent is not active */
	PR_STATUS_INHERIT = 27, /* not the next absolute edge to inherit */
	PR_STATUS_PARENTS_OPEN = 28, /* absolute edges of a parent are not yet inherited */
	PR_STATUS_UNITS_RANGE = 29, /* zero units or a total over 2^32-1 */
	PR_STATUS_SHARE = 30, /* not a share */
	PR_STATUS_UNITS_SHORT = 31, /* more units than held */
	PR_STATUS_STREAM = 32, /* not a stream or not this stream */
	PR_STATUS_STREAM_KIND = 33, /* the stream is of the other kind */
	PR_STATUS_STREAM_EXPIRED = 34, /* the stream has expired */
	PR_STATUS_PRICE = 35, /* not the asset's price or a price that this kind of stream cannot have */
	PR_STATUS_ESCROW = 36, /* more than the escrow */
	PR_STATUS_LINK = 37, /* the preimage does not lead to the tip */
	PR_STATUS_COUNT_RANGE = 38, /* a count of zero or over the links that one entry may have */
	PR_STATUS_VOUCHER_OLD = 39, /* not above the cumulative amount already paid */
	PR_STATUS_NOT_YET = 40, /* the payer closes after expiry and grace only */
	PR_STATUS_PARAM_RANGE = 41, /* no such parameter or out of its bounds */
	PR_STATUS_EXPIRY_RANGE = 42, /* an expiry not after the ledger's time or before the present one */
	PR_STATUS_OVERFLOW = 43, /* an accumulator or counter would overflow */
	PR_STATUS_COUNT
};

enum pr_object_type {
	PR_OBJECT_EMPTY = 0, /* a slot never used */
	PR_OBJECT_SYSTEM = 1, /* id 0: counters and parameters; head of the list of keys (key zero) */
	PR_OBJECT_ACCOUNT = 2, /* an L1 address with a balance */
	PR_OBJECT_ASSET = 3, /* something that earns */
	PR_OBJECT_EDGE = 4, /* a share of a child's revenue for a parent asset or an account */
	PR_OBJECT_SHARE = 5, /* units of an asset's pool held by a beneficiary */
	PR_OBJECT_STREAM = 6, /* escrow released by preimages or vouchers */
	PR_OBJECT_WITHDRAWAL = 7, /* money on its way to L1; its id is the nullifier there */
	PR_OBJECT_FREE = 8, /* a slot to be reused */
	PR_OBJECT_COUNT
};

enum pr_kind {
	PR_KIND_DEPOSIT = 1,
	PR_KIND_TRANSFER = 2,
	PR_KIND_ACCOUNT_OPEN = 3,
	PR_KIND_WITHDRAW = 4,
	PR_KIND_ASSET_REGISTER = 5,
	PR_KIND_EDGE_ADD = 6,
	PR_KIND_EDGE_INHERIT = 7,
	PR_KIND_ASSET_OPEN = 8,
	PR_KIND_ASSET_PRICE = 9,
	PR_KIND_ASSET_RETIRE = 10,
	PR_KIND_SHARE_ISSUE = 11,
	PR_KIND_SHARE_TRANSFER = 12,
	PR_KIND_PAY = 13,
	PR_KIND_STREAM_OPEN = 14,
	PR_KIND_STREAM_TOPUP = 15,
	PR_KIND_STREAM_TICK = 16,
	PR_KIND_STREAM_VOUCHER = 17,
	PR_KIND_STREAM_CLOSE = 18,
	PR_KIND_SETTLE = 19,
	PR_KIND_CLAIM = 20,
	PR_KIND_CLAIM_OWNER = 21,
	PR_KIND_PARAM = 22,
	PR_KIND_COUNT
};

enum pr_param {
	PR_PARAM_FEE_PPM = 0, /* default 0, from 0 to 50000 */
	PR_PARAM_EDGE_PPM_MAX = 1, /* default 1000000, from 1000 to 1000000 */
	PR_PARAM_EDGES_PPM_MAX = 2, /* default 1000000, from 1000 to 1000000 */
	PR_PARAM_STREAM_GRACE_S = 3, /* default 60, from 1 to 2592000 */
	PR_PARAM_COUNT
};

/* Objects as the ledger holds them.  Payload bytes on the tree: type byte, then the fields big-endian in this order. */
struct pr_system {
	uint32_t next_id;
	uint32_t free_head;
	uint64_t batch;
	uint64_t time;
	uint64_t inbox_next;
	uint64_t supply;
	uint64_t fees;
	uint32_t fee_carry;
	uint32_t withdraw_multiple;
	uint32_t fee_ppm;
	uint32_t edge_ppm_max;
	uint32_t edges_ppm_max;
	uint32_t stream_grace_s;
};
struct pr_account {
	uint8_t addr[20];
	uint64_t balance;
	uint64_t nonce;
};
struct pr_asset {
	uint32_t owner;
	uint8_t kind;
	uint8_t status;
	uint8_t about[32];
	uint64_t price0;
	uint64_t price1;
	uint64_t price2;
	uint64_t price3;
	uint8_t ask_mode;
	uint32_t ask_ppm;
	uint32_t rel_ppm;
	uint32_t abs_ppm;
	uint16_t abs_count;
	uint16_t parents_open;
	uint32_t units;
	pr_u128 acc;
	uint32_t acc_rem;
	uint32_t pool_carry;
	uint64_t held;
	uint64_t owner_due;
	pr_u128 direct_rev;
	pr_u128 total_rev;
};
struct pr_edge {
	uint32_t child;
	uint32_t beneficiary;
	uint8_t mode;
	uint32_t ppm;
	uint16_t ordinal;
	uint16_t inherited;
	uint16_t inherit_all;
	pr_u128 settled_rev;
	uint32_t carry;
};
struct pr_share {
	uint32_t asset;
	uint32_t holder;
	uint32_t units;
	pr_u128 checkpoint;
	uint64_t carry;
};
struct pr_stream {
	uint32_t payer;
	uint32_t asset;
	uint8_t scope;
	uint8_t kind;
	uint64_t price;
	uint64_t escrow;
	uint8_t tip[32];
	uint64_t used;
	uint64_t expiry;
	uint64_t serial;
};
struct pr_withdrawal {
	uint8_t to[20];
	uint64_t amount;
};
struct pr_free {
	uint32_t next;
};
#define PR_EMPTY_BYTES 1u
#define PR_SYSTEM_BYTES 73u
#define PR_ACCOUNT_BYTES 37u
#define PR_ASSET_BYTES 164u
#define PR_EDGE_BYTES 40u
#define PR_SHARE_BYTES 37u
#define PR_STREAM_BYTES 83u
#define PR_WITHDRAWAL_BYTES 29u
#define PR_FREE_BYTES 5u
#define PR_PAYLOAD_BYTES_MAX 164u

/* Positions of the fields of each kind in struct pr_entry. */
enum { PR_DEPOSIT_TO = 0, PR_DEPOSIT_AMOUNT = 1 };
enum { PR_TRANSFER_FROM = 0, PR_TRANSFER_NONCE = 1, PR_TRANSFER_DEADLINE = 2, PR_TRANSFER_TO = 3, PR_TRANSFER_AMOUNT = 4, PR_TRANSFER_SIG = 5 };
enum { PR_ACCOUNT_OPEN_FROM = 0, PR_ACCOUNT_OPEN_NONCE = 1, PR_ACCOUNT_OPEN_DEADLINE = 2, PR_ACCOUNT_OPEN_TO = 3, PR_ACCOUNT_OPEN_AMOUNT = 4, PR_ACCOUNT_OPEN_SIG = 5 };
enum { PR_WITHDRAW_FROM = 0, PR_WITHDRAW_NONCE = 1, PR_WITHDRAW_DEADLINE = 2, PR_WITHDRAW_TO = 3, PR_WITHDRAW_AMOUNT = 4, PR_WITHDRAW_SIG = 5 };
enum { PR_ASSET_REGISTER_FROM = 0, PR_ASSET_REGISTER_NONCE = 1, PR_ASSET_REGISTER_DEADLINE = 2, PR_ASSET_REGISTER_KIND = 3, PR_ASSET_REGISTER_ACTIVE = 4, PR_ASSET_REGISTER_CONTENT = 5, PR_ASSET_REGISTER_METADATA = 6, PR_ASSET_REGISTER_PRICE0 = 7, PR_ASSET_REGISTER_PRICE1 = 8, PR_ASSET_REGISTER_PRICE2 = 9, PR_ASSET_REGISTER_PRICE3 = 10, PR_ASSET_REGISTER_ASK_MODE = 11, PR_ASSET_REGISTER_ASK_PPM = 12, PR_ASSET_REGISTER_SIG = 13 };
enum { PR_EDGE_ADD_FROM = 0, PR_EDGE_ADD_NONCE = 1, PR_EDGE_ADD_DEADLINE = 2, PR_EDGE_ADD_CHILD = 3, PR_EDGE_ADD_BENEFICIARY = 4, PR_EDGE_ADD_MODE = 5, PR_EDGE_ADD_PPM = 6, PR_EDGE_ADD_SIG = 7 };
enum { PR_EDGE_INHERIT_CHILD = 0, PR_EDGE_INHERIT_PARENT_EDGE = 1, PR_EDGE_INHERIT_ANCESTOR_EDGE = 2 };
enum { PR_ASSET_OPEN_FROM = 0, PR_ASSET_OPEN_NONCE = 1, PR_ASSET_OPEN_DEADLINE = 2, PR_ASSET_OPEN_ASSET = 3, PR_ASSET_OPEN_SIG = 4 };
enum { PR_ASSET_PRICE_FROM = 0, PR_ASSET_PRICE_NONCE = 1, PR_ASSET_PRICE_DEADLINE = 2, PR_ASSET_PRICE_ASSET = 3, PR_ASSET_PRICE_SCOPE = 4, PR_ASSET_PRICE_PRICE = 5, PR_ASSET_PRICE_SIG = 6 };
enum { PR_ASSET_RETIRE_FROM = 0, PR_ASSET_RETIRE_NONCE = 1, PR_ASSET_RETIRE_DEADLINE = 2, PR_ASSET_RETIRE_ASSET = 3, PR_ASSET_RETIRE_SIG = 4 };
enum { PR_SHARE_ISSUE_FROM = 0, PR_SHARE_ISSUE_NONCE = 1, PR_SHARE_ISSUE_DEADLINE = 2, PR_SHARE_ISSUE_ASSET = 3, PR_SHARE_ISSUE_HOLDER = 4, PR_SHARE_ISSUE_UNITS = 5, PR_SHARE_ISSUE_SIG = 6 };
enum { PR_SHARE_TRANSFER_FROM = 0, PR_SHARE_TRANSFER_NONCE = 1, PR_SHARE_TRANSFER_DEADLINE = 2, PR_SHARE_TRANSFER_ASSET = 3, PR_SHARE_TRANSFER_TO = 4, PR_SHARE_TRANSFER_UNITS = 5, PR_SHARE_TRANSFER_SIG = 6 };
enum { PR_PAY_FROM = 0, PR_PAY_NONCE = 1, PR_PAY_DEADLINE = 2, PR_PAY_ASSET = 3, PR_PAY_SCOPE = 4, PR_PAY_AMOUNT = 5, PR_PAY_SIG = 6 };
enum { PR_STREAM_OPEN_FROM = 0, PR_STREAM_OPEN_NONCE = 1, PR_STREAM_OPEN_DEADLINE = 2, PR_STREAM_OPEN_ASSET = 3, PR_STREAM_OPEN_SCOPE = 4, PR_STREAM_OPEN_KIND = 5, PR_STREAM_OPEN_PRICE = 6, PR_STREAM_OPEN_ESCROW = 7, PR_STREAM_OPEN_EXPIRY = 8, PR_STREAM_OPEN_TIP = 9, PR_STREAM_OPEN_SIG = 10 };
enum { PR_STREAM_TOPUP_FROM = 0, PR_STREAM_TOPUP_NONCE = 1, PR_STREAM_TOPUP_DEADLINE = 2, PR_STREAM_TOPUP_STREAM = 3, PR_STREAM_TOPUP_SERIAL = 4, PR_STREAM_TOPUP_AMOUNT = 5, PR_STREAM_TOPUP_EXPIRY = 6, PR_STREAM_TOPUP_SIG = 7 };
enum { PR_STREAM_TICK_STREAM = 0, PR_STREAM_TICK_ASSET = 1, PR_STREAM_TICK_COUNT = 2, PR_STREAM_TICK_PREIMAGE = 3 };
enum { PR_STREAM_VOUCHER_STREAM = 0, PR_STREAM_VOUCHER_ASSET = 1, PR_STREAM_VOUCHER_PAYER = 2, PR_STREAM_VOUCHER_CUMULATIVE = 3, PR_STREAM_VOUCHER_SIG = 4 };
enum { PR_STREAM_CLOSE_FROM = 0, PR_STREAM_CLOSE_NONCE = 1, PR_STREAM_CLOSE_DEADLINE = 2, PR_STREAM_CLOSE_STREAM = 3, PR_STREAM_CLOSE_SERIAL = 4, PR_STREAM_CLOSE_ASSET = 5, PR_STREAM_CLOSE_PAYER = 6, PR_STREAM_CLOSE_SIG = 7 };
enum { PR_SETTLE_EDGE = 0, PR_SETTLE_CHILD = 1, PR_SETTLE_BENEFICIARY = 2 };
enum { PR_CLAIM_SHARE = 0, PR_CLAIM_ASSET = 1, PR_CLAIM_HOLDER = 2 };
enum { PR_CLAIM_OWNER_ASSET = 0, PR_CLAIM_OWNER_OWNER = 1 };
enum { PR_PARAM_INDEX = 0, PR_PARAM_VALUE = 1 };
#define PR_ENTRY_FIELDS_MAX 14u
#define PR_WIRE_BYTES_MAX 192u

enum pr_field_type {
	PR_FIELD_ACCT,  /* id of an account; signed as its address */
	PR_FIELD_PARTY, /* id of an account or asset; signed as (address, 0) or (zero address, id) */
	PR_FIELD_OBJ,   /* id; signed as uint32 */
	PR_FIELD_AUX,   /* id named because it is touched; not signed */
	PR_FIELD_U8,
	PR_FIELD_VAR,   /* u64; LEB128 in a chunk */
	PR_FIELD_B20,
	PR_FIELD_B32,
	PR_FIELD_RND32, /* 32 bytes in the raw section */
	PR_FIELD_SIG64  /* EIP-2098 signature in the raw section */
};

enum pr_place { PR_PLACE_ANY, /* posted, or forced through the inbox */ PR_PLACE_INBOX /* inbox only */ };

struct pr_field_info {
	const char *name;
	enum pr_field_type type;
};

struct pr_kind_info {
	const char *name; /* lower case, as in the RPC */
	uint8_t is_signed;
	enum pr_place place;
	uint8_t implicit_leaves; /* leaves touched that the entry does not name */
	uint32_t gas;            /* weight against PR_CHUNK_GAS_MAX, without hash-chain links */
	uint16_t wire_bytes;
	uint8_t field_count;
	struct pr_field_info fields[PR_ENTRY_FIELDS_MAX];
	const char *type_string; /* EIP-712 encodeType, NULL for unsigned kinds */
};
extern const struct pr_kind_info pr_kind_infos[PR_KIND_COUNT]; /* [0] is empty: name NULL */
extern const char *const pr_status_names[PR_STATUS_COUNT];
extern const char *const pr_object_names[PR_OBJECT_COUNT];

struct pr_param_info {
	const char *name;
	uint64_t def, min, max;
};
extern const struct pr_param_info pr_param_infos[PR_PARAM_COUNT];

/* Any object.  The type says which member of u holds. */
struct pr_object {
	uint8_t type; /* enum pr_object_type */
	union {
		struct pr_system system;
		struct pr_account account;
		struct pr_asset asset;
		struct pr_edge edge;
		struct pr_share share;
		struct pr_stream stream;
		struct pr_withdrawal withdrawal;
		struct pr_free free;
	} u;
};

/* Byte length of the payload of a type; 0 for a type that does not exist. */
uint32_t pr_payload_bytes(uint8_t type);
/* 1 if objects of this type carry a key and are linked in key order. */
int pr_object_is_keyed(uint8_t type);
/* Writes the payload of o to out (room for PR_PAYLOAD_BYTES_MAX); returns its length. */
uint32_t pr_object_encode(uint8_t *out, const struct pr_object *o);
/* Reads a payload of exactly pr_payload_bytes(payload[0]) bytes; false for an unknown type or another length. */
int pr_object_decode(struct pr_object *o, const uint8_t *payload, uint32_t len);

#endif
