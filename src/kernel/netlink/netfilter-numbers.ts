/** Numbers that the families of netfilter share (linux/netfilter/nfnetlink.h, nf_tables.h). */

/** The netlink protocol of all of them. */
export const NETLINK_NETFILTER = 12
export const NFNL_SUBSYS_CTNETLINK = 1
export const NFNL_SUBSYS_NFTABLES = 10
/** Multicast groups. */
export const NFNLGRP_CONNTRACK_NEW = 1
export const NFNLGRP_NFTRACE = 9
/** Bytes of struct nfgenmsg: family, version, resource id. */
export const NFGENMSG_LENGTH = 4

export const NFTA_VERDICT_CODE = 1
export const NFTA_VERDICT_CHAIN = 2
