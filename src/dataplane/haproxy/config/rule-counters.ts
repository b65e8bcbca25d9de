import { LONGEST_COUNTER_KEY } from '../rules/rule-name.ts'

/**
 * The table of HAProxy in which requests are counted by rule, and by the slot that they were sent to: `http-3;RULE`; those
 * that the Lua program answers itself by the first digit of the status: `3;RULE`.
 */
export const RULE_COUNTERS = 'rules'

/** The oldest ones go where there are more. */
const MOST = 30_000

export const counterTable = (): readonly string[] => [
  '',
  `backend ${RULE_COUNTERS}`,
  `  stick-table type string len ${LONGEST_COUNTER_KEY} size ${MOST} store gpc(3),http_err_cnt,http_fail_cnt`,
]

/**
 * In slots, so that a request is looked up once, whichever way it came. HAProxy counts 4xx and 5xx by itself, but for those
 * that it answers since there is no server: nobody tells it of them.
 */
export const slotCounterLines = (): readonly string[] => [
  `http-request track-sc0 var(txn.to) table ${RULE_COUNTERS}`,
  'http-request sc-inc-gpc(2,0) if { nbsrv eq 0 } !{ var(txn.server) -m found }',
  'http-response sc-inc-gpc(0,0) if { status 200:299 }',
  'http-response sc-inc-gpc(1,0) if { status 300:399 }',
]

/** What the program answers is answered when it has been counted. */
export const ownAnswerLines = (): readonly string[] => [
  `http-request track-sc0 var(txn.counted) table ${RULE_COUNTERS} if { var(txn.counted) -m found }`,
  'http-request sc-inc-gpc(2,0) if { var(txn.counted) -m found }',
  'http-request lua.reply if { var(txn.counted) -m found }',
]
