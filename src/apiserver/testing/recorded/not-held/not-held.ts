/** Recorded cases that ours answers otherwise, by name: why. */
export type NotHeld = Readonly<Record<string, string>>
