/**
 * Requests that go through the proxy twice: copies, from the Lua program, and those with a deadline: what of a rule must be
 * there in time is one answer to the first half, however often the second one looks for an endpoint, waits for it and
 * tries again. What the second half must know stands in headers of our own, which neither clients nor backends see.
 */
const OWN = 'x-fairlead-'
const TIMED_BACKEND = 'timed'
const ADDRESS = 'abns@fairlead-timed'

/** Of a frontend: what has a deadline goes round. */
export const TIMED = `use_backend ${TIMED_BACKEND} if { var(txn.deadline) -m found }`

export const insideLines = (): readonly string[] => [
  '',
  `backend ${TIMED_BACKEND} from base`,
  '  http-request set-timeout server var(txn.deadline)',
  `  http-request del-header ${OWN} -m beg`,
  `  http-request set-header ${OWN}slot %[var(txn.to),field(1,;)]`,
  ...['server', 'timeout'].map(
    (name) => `  http-request set-header ${OWN}${name} %[var(txn.${name})] if { var(txn.${name}) -m found }`,
  ),
  `  http-response set-var(txn.served) res.hdr(${OWN}served)`,
  `  http-response del-header ${OWN}served`,
  '  retries 0',
  `  server inside ${ADDRESS} send-proxy-v2`,
  '',
  'frontend inside from base',
  `  bind ${ADDRESS} accept-proxy`,
  ...told('server', 'timeout'),
  `  http-response set-header ${OWN}served %[srv_name]`,
  '  use_backend %[var(txn.to)]',
  '',
  'frontend copies from base',
  '  bind abns@fairlead-copies',
  `  http-request set-method %[req.hdr(${OWN}method)]`,
  ...told('timeout'),
  // Answers are for nobody: so much is read of one as a buffer has room for, or has come in time.
  '  http-response wait-for-body time 10s',
  '  http-response return status 204',
  '  use_backend %[var(txn.to)]',
]

/** What stands in the headers of our own, which go. */
function told(...names: readonly string[]): readonly string[] {
  return [
    `  http-request set-var(txn.to) req.hdr(${OWN}slot)`,
    ...names.map(
      (name) => `  http-request set-var(txn.${name}) req.hdr(${OWN}${name}) if { req.hdr(${OWN}${name}) -m found }`,
    ),
    `  http-request del-header ${OWN} -m beg`,
  ]
}
