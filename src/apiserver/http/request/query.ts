import { failure } from '../../errors.ts'

/**
 * A flag of the query as Kubernetes reads each of them: only absence, `0` and `false` (in any case) are false. `?watch`,
 * `?watch=True` and `?watch=yes` are true.
 */
export const isTrue = (value: string | null): boolean =>
  value !== null && value !== '0' && value.toLowerCase() !== 'false'

/** `dryRun=All`, once or more; any other value is refused as Kubernetes does. */
export const isDryRun = (values: readonly string[]): boolean => {
  for (const value of values) {
    if (value !== 'All' && value !== '') {
      throw failure(
        422,
        'Invalid',
        ` "" is invalid: dryRun: Unsupported value: ${JSON.stringify(value)}: supported values: "All"`,
        {
          causes: [
            {
              reason: 'FieldValueNotSupported',
              message: `Unsupported value: ${JSON.stringify(value)}`,
              field: 'dryRun',
            },
          ],
        },
      )
    }
  }
  return values.includes('All')
}
