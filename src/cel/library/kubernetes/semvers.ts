import { CelError } from '../../values/cel-error.ts'
import { Opaque } from '../../values/value.ts'
import { global, member, type Overload } from '../overload.ts'

/** A version by semver.org: three numbers, and what comes before a release. */
class Semver extends Opaque {
  readonly typeName = 'kubernetes.Semver'
  readonly numbers: readonly bigint[]
  readonly before: readonly (bigint | string)[]
  constructor(numbers: readonly bigint[], before: readonly (bigint | string)[]) {
    super()
    this.numbers = numbers
    this.before = before
  }

  equals(other: Opaque): boolean {
    return other instanceof Semver && order(this, other) === 0
  }
}

const NUMBER = '(0|[1-9]\\d*)'
const FORM = new RegExp(
  `^${NUMBER}\\.${NUMBER}\\.${NUMBER}(?:-([0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*))?(?:\\+[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*)?$`,
)

const why = (text: string): string => {
  if (text === '') return 'Version string empty'
  if (text.split('.').length < 3) return 'No Major.Minor.Patch elements found'
  const [major = ''] = text.split('.')
  if (!/^\d+$/.test(major)) return `Invalid character(s) found in major number ${JSON.stringify(major)}`
  return `Invalid character(s) found in version ${JSON.stringify(text)}`
}

const parsed = (text: string): Semver => {
  const found = FORM.exec(text)
  const before = found?.[4]?.split('.') ?? []
  if (found === null || before.some((part) => /^0\d+$/.test(part))) throw new CelError(why(text))
  const numbers = found.slice(1, 4).map((part) => BigInt(part!))
  return new Semver(
    numbers,
    before.map((part) => (/^\d+$/.test(part) ? BigInt(part) : part)),
  )
}

/** `v1.2` is 1.2.0, and zeros before a number say nothing. */
const normalized = (text: string): string => {
  const [first = '', second, ...rest] = text.replace(/^v/, '').split('.')
  const parts = [first, second, rest.length === 0 ? undefined : rest.join('.')]
    .filter((part) => part !== undefined)
    .map((part) => part.replace(/^0+(?=\d)/, ''))
  if (parts.length < 3 && /[+-]/.test(parts.at(-1)!))
    throw new CelError('short version cannot contain PreRelease/Build meta data')
  return [...parts, '0', '0'].slice(0, 3).join('.')
}

const semverOf = (text: string, isLoose = false): Semver => parsed(isLoose ? normalized(text) : text)

const isSemver = (text: string, isLoose = false): boolean => {
  try {
    semverOf(text, isLoose)
    return true
  } catch (error) {
    if (error instanceof CelError) return false
    throw error
  }
}

const orderOf = (one: bigint | string | undefined, other: bigint | string | undefined): number => {
  if (one === other) return 0
  if (one === undefined) return -1
  if (other === undefined) return 1
  if (typeof one !== typeof other) return typeof one === 'bigint' ? -1 : 1
  return one < other ? -1 : 1
}

const order = (one: Semver, other: Semver): number => {
  for (let at = 0; at < 3; at++) {
    const found = orderOf(one.numbers[at], other.numbers[at])
    if (found !== 0) return found
  }
  if (one.before.length === 0 || other.before.length === 0) return Math.sign(other.before.length - one.before.length)
  for (let at = 0; at < Math.max(one.before.length, other.before.length); at++) {
    const found = orderOf(one.before[at], other.before[at])
    if (found !== 0) return found
  }
  return 0
}

/** Versions by semver.org. */
export const semvers: readonly Overload[] = [
  global('string_to_semver', 'semver(string): Semver', semverOf),
  global('string_bool_to_semver', 'semver(string, bool): Semver', semverOf),
  global('is_semver_string', 'isSemver(string): bool', isSemver),
  global('is_semver_string_bool', 'isSemver(string, bool): bool', isSemver),
  member('semver_is_greater_than', 'Semver.isGreaterThan(Semver): bool', (a: Semver, b: Semver) => order(a, b) > 0),
  member('semver_is_less_than', 'Semver.isLessThan(Semver): bool', (a: Semver, b: Semver) => order(a, b) < 0),
  member('semver_compare_to', 'Semver.compareTo(Semver): int', (a: Semver, b: Semver) => BigInt(order(a, b))),
  member('semver_major', 'Semver.major(): int', ({ numbers }: Semver) => numbers[0]!),
  member('semver_minor', 'Semver.minor(): int', ({ numbers }: Semver) => numbers[1]!),
  member('semver_patch', 'Semver.patch(): int', ({ numbers }: Semver) => numbers[2]!),
]
