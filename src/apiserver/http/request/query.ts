/**
 * A flag of the query as Kubernetes reads each of them: only absence, `0` and `false` (in any case) are false. `?watch`,
 * `?watch=True` and `?watch=yes` are true.
 */
export const isTrue = (value: string | null): boolean =>
  value !== null && value !== '0' && value.toLowerCase() !== 'false'
