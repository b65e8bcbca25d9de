/** On an object that the bench has changed: when, in tenths of a millisecond since 1970, the last eight digits of them. */
export const CHANGE_LABEL = 'change'

const TURN = 100_000_000
const tenths = (): number => Math.floor((performance.timeOrigin + performance.now()) * 10)

export const changeLabel = (): string => String(tenths() % TURN).padStart(8, '0')

/** Milliseconds since such a label was made, on this machine. */
export const ageOf = (label: string): number => ((tenths() - Number.parseInt(label, 10) + TURN) % TURN) / 10
