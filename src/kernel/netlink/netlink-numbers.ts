/** Numbers of netlink itself (linux/netlink.h). Those of one family stand with its messages. */

export const AF_NETLINK = 16
export const SOL_NETLINK = 270
export const NETLINK_ADD_MEMBERSHIP = 1
export const NETLINK_CAP_ACK = 10
export const NETLINK_EXT_ACK = 11
export const NETLINK_GET_STRICT_CHK = 12

export const NLM_F_REQUEST = 0x001
export const NLM_F_ACK = 0x004
export const NLM_F_DUMP_INTR = 0x010
export const NLM_F_REPLACE = 0x100
export const NLM_F_EXCL = 0x200
/** In answers, where NLM_F_EXCL has no meaning. */
export const NLM_F_ACK_TLVS = 0x200
export const NLM_F_DUMP = 0x300
export const NLM_F_CREATE = 0x400

export const NLMSG_ERROR = 2
export const NLMSG_DONE = 3
/** Bytes of struct nlmsghdr. */
export const NLMSG_HEADER_LENGTH = 16
export const NLMSGERR_ATTR_MSG = 1

export const NLA_F_NESTED = 0x8000
export const NLA_TYPE_MASK = 0x3fff
