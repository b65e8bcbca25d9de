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
  `backend ${RULE_COUNTERS} from base`,
  `  stick-table type string len ${LONGEST_COUNTER_KEY} size ${MOST} store gpc(3),http_err_cnt,http_fail_cnt`,
]

/** In slots: HAProxy does not count what it answers since there is no server. */
export const NO_SERVER_COUNTER =
  'http-request sc-inc-gpc(2,0) if { sc0_tracked } { nbsrv eq 0 } !{ var(txn.server) -m found }'

/** Of a frontend whose requests are counted: HAProxy counts 4xx and 5xx of servers by itself. */
export const RESPONSE_COUNTERS: readonly string[] = [
  'http-response sc-inc-gpc(0,0) if { status 200:299 }',
  'http-response sc-inc-gpc(1,0) if { status 300:399 }',
]

/** A request that is on its way to a slot. */
export const TRACKED = `http-request track-sc0 var(txn.to) table ${RULE_COUNTERS}`

/** What the program answers is answered when it has been counted. */
export const ownAnswerLines = (isCounted: boolean): readonly string[] => {
  const isOwn = 'if { var(txn.counted) -m found }'
  const count = [
    `http-request track-sc0 var(txn.counted) table ${RULE_COUNTERS} ${isOwn}`,
    `http-request sc-inc-gpc(2,0) ${isOwn}`,
  ]
  return [...(isCounted ? count : []), `http-request lua.reply ${isOwn}`]
}
