import { type FieldError, invalid } from '#api/validation/field-error.ts'

type Labels = Readonly<Record<string, string>>

const LEVELS = ['privileged', 'baseline', 'restricted'] as const
export type Level = (typeof LEVELS)[number]

/** How strict, by the rules of which minor version of Kubernetes 1; `latest` for those that there are. */
export interface LevelVersion {
  readonly level: Level
  readonly version: number | 'latest'
}

/** What a namespace asks of its pods: to be let in, to be written of in the audit log, and to be warned of. */
interface PodSecurityPolicy {
  readonly enforce: LevelVersion
  readonly audit: LevelVersion
  readonly warn: LevelVersion
}

const PREFIX = 'pod-security.kubernetes.io/'
const NOTHING: LevelVersion = { level: 'privileged', version: 'latest' }

const isLevel = (text: string): text is Level => LEVELS.includes(text as Level)

/** Positive where the first is the stricter one. */
export const compareLevels = (a: Level, b: Level): number => LEVELS.indexOf(a) - LEVELS.indexOf(b)

/** `restricted:v1.36`, as refusals and warnings name it. */
export const levelText = ({ level, version }: LevelVersion): string =>
  `${level}:${version === 'latest' ? version : `v1.${version}`}`

export const isSame = (a: LevelVersion, b: LevelVersion): boolean => a.level === b.level && a.version === b.version

/** Whether whatever comes is let in and not spoken of. */
export const asksNothing = ({ enforce, audit, warn }: PodSecurityPolicy): boolean =>
  [enforce, audit, warn].every(({ level }) => level === 'privileged')

interface Read {
  readonly policy: PodSecurityPolicy
  /** Labels that cannot be read; what they were meant to enforce is the strictest then. */
  readonly errors: readonly FieldError[]
}

/** What the labels of a namespace ask. */
export const policyOf = (labels: Labels = {}): Read => {
  const errors: FieldError[] = []
  const refuse = (label: string, why: string): void => {
    errors.push(invalid(`metadata.labels[${PREFIX}${label}]`, labels[`${PREFIX}${label}`], why))
  }
  const read = (mode: string, otherwise: Level): LevelVersion & { readonly isLevelRead: boolean } => {
    const text = labels[`${PREFIX}${mode}`]
    let level: Level = 'privileged'
    if (text !== undefined) {
      level = isLevel(text) ? text : otherwise
      if (!isLevel(text)) refuse(mode, `must be one of ${LEVELS.join(', ')}`)
    }
    const number = labels[`${PREFIX}${mode}-version`]
    const version = versionOf(number)
    if (version === undefined) refuse(`${mode}-version`, 'must be "latest" or "v1.x"')
    return { level, version: version ?? 'latest', isLevelRead: text !== undefined && isLevel(text) }
  }
  const { isLevelRead, ...enforce } = read('enforce', 'restricted')
  const { isLevelRead: _, ...audit } = read('audit', 'privileged')
  const { isLevelRead: __, ...warn } = read('warn', 'privileged')
  return { policy: { enforce, audit, warn: warned(labels, isLevelRead ? enforce : NOTHING, warn) }, errors }
}

/** What is enforced is warned of too, unless it is said otherwise. */
const warned = (labels: Labels, enforce: LevelVersion, warn: LevelVersion): LevelVersion => {
  const says = (label: string): boolean => labels[`${PREFIX}${label}`] !== undefined
  if (says('warn') || compareLevels(enforce.level, warn.level) <= 0) return warn
  return { level: enforce.level, version: says('warn-version') ? warn.version : enforce.version }
}

const versionOf = (text: string | undefined): number | 'latest' | undefined => {
  if (text === undefined || text === 'latest') return 'latest'
  const minor = /^v1\.(0|[1-9]\d*)$/.exec(text)?.[1]
  return minor === undefined ? undefined : Number(minor)
}
