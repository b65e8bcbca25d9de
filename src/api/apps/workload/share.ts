import { type FieldError, invalid } from '#api/validation/field-error.ts'
import { checkNonNegative } from '#api/validation/names.ts'

const PERCENT = /^[0-9]+%$/

type Share = number | string | undefined

/** The number of it, of pods or per cent; 0 for what is neither. */
export const shareNumber = (share: Share): number => {
  if (typeof share === 'number') return share
  if (share === undefined) return 0
  return PERCENT.test(share) || /^[+-]?\d+$/.test(share) ? Number.parseInt(share, 10) : 0
}

/** A number of pods, or a percentage of them. */
export const checkShare = (share: Share, path: string): readonly FieldError[] => {
  if (typeof share !== 'string') return checkNonNegative(share, path)
  return PERCENT.test(share)
    ? []
    : [
        invalid(
          path,
          share,
          "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')",
        ),
      ]
}

/** No more than all of them. */
export const checkNotMoreThanAll = (share: Share, path: string): readonly FieldError[] =>
  typeof share === 'string' && PERCENT.test(share) && shareNumber(share) > 100
    ? [invalid(path, share, 'must not be greater than 100%')]
    : []
