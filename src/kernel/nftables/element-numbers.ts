/** Numbers of nftables’ set elements (linux/netfilter/nf_tables.h). */

export const NFPROTO = { ip: 2, ip6: 10 } as const

export const NFT_MSG_NEWSETELEM = 12
export const NFT_MSG_GETSETELEM = 13
export const NFT_MSG_DELSETELEM = 14

export const NFTA_SET_ELEM_LIST_TABLE = 1
export const NFTA_SET_ELEM_LIST_SET = 2
export const NFTA_SET_ELEM_LIST_ELEMENTS = 3
/** Of each element in a list. */
export const NFTA_LIST_ELEM = 1
export const NFTA_SET_ELEM_KEY = 1
export const NFTA_SET_ELEM_DATA = 2
export const NFTA_SET_ELEM_KEY_END = 10
export const NFTA_DATA_VALUE = 1
export const NFTA_DATA_VERDICT = 2
