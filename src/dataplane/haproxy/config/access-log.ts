const text = (expression: string) => `"%[${expression},json(utf8s)]"`

/** A request as a line of JSON. Times in milliseconds, -1 where it did not come so far. */
export const ACCESS_LOG = `{${[
  '"time":"%[date,utime(%Y-%m-%dT%H:%M:%SZ)]"',
  '"client":"%ci"',
  '"status":%ST',
  `"method":${text('var(txn.method)')}`,
  `"host":${text('var(txn.host)')}`,
  `"path":${text('var(txn.path)')}`,
  `"rule":${text('var(txn.to),field(2,;)')}`,
  `"slot":${text('var(txn.to),field(1,;)')}`,
  `"server":${text('var(txn.served)')}`,
  '"bytes":%B',
  '"total":%Ta',
  '"connect":%Tc',
  '"response":%Tr',
  '"retries":%rc',
  '"end":"%tsc"',
].join(',')}}`
