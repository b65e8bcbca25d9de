/** Numbers of nftables’ tables, chains, rules, set elements and generations (linux/netfilter/nf_tables.h). */

export const NFPROTO = { inet: 1, ip: 2, arp: 3, netdev: 5, bridge: 7, ip6: 10 } as const

export const NFT_MSG_GETTABLE = 1
export const NFT_MSG_GETCHAIN = 4
export const NFT_MSG_GETRULE = 7
export const NFT_MSG_NEWSETELEM = 12
export const NFT_MSG_GETSETELEM = 13
export const NFT_MSG_DELSETELEM = 14
export const NFT_MSG_GETGEN = 16

export const NFTA_SET_ELEM_LIST_TABLE = 1
export const NFTA_SET_ELEM_LIST_SET = 2
export const NFTA_SET_ELEM_LIST_ELEMENTS = 3
/** Of each element in a list. */
export const NFTA_LIST_ELEM = 1
export const NFTA_SET_ELEM_KEY = 1
export const NFTA_SET_ELEM_DATA = 2
export const NFTA_SET_ELEM_FLAGS = 3
export const NFTA_SET_ELEM_TIMEOUT = 4
export const NFTA_SET_ELEM_EXPIRATION = 5
export const NFTA_SET_ELEM_USERDATA = 6
/** In user data, which the kernel keeps for others: libnftnl's NFTNL_UDATA_SET_ELEM_COMMENT. */
export const UDATA_COMMENT = 0
export const NFTA_SET_ELEM_KEY_END = 10
export const NFTA_DATA_VALUE = 1
export const NFTA_DATA_VERDICT = 2
/** An element that is the first address behind a range. */
export const NFT_SET_ELEM_INTERVAL_END = 1

export const NFTA_TABLE_NAME = 1
export const NFTA_TABLE_FLAGS = 2
export const NFTA_CHAIN_TABLE = 1
export const NFTA_CHAIN_NAME = 3
/** Hook and priority; only base chains have it. */
export const NFTA_CHAIN_HOOK = 4
export const NFTA_CHAIN_POLICY = 5
export const NFTA_CHAIN_TYPE = 7
export const NFTA_RULE_TABLE = 1
export const NFTA_RULE_CHAIN = 2
export const NFTA_RULE_EXPRESSIONS = 4
export const NFTA_HOOK_HOOKNUM = 1
export const NFTA_HOOK_PRIORITY = 2
/** Of each expression in a rule's list. */
export const NFTA_EXPR_NAME = 1
export const NFTA_EXPR_DATA = 2
export const NFTA_IMMEDIATE_DATA = 2
/** linux/netfilter/nf_tables_compat.h: of a rule that iptables-nft wrote. */
export const NFTA_TARGET_NAME = 1
export const NFTA_GEN_ID = 1
