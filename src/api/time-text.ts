/** A moment, milliseconds since the epoch, as meta/v1 Time writes it: RFC 3339, whole seconds, UTC. */
export const timeText = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`
