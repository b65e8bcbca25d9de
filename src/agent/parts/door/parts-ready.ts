import type { Ground, Part, PartDefinition } from '../../runner/part.ts'

/**
 * Resolves when those of the parts that were asked for here do what they are for, all at one time; however often they are
 * started until then. Never rejects, and never resolves where `signal` aborts first.
 */
export const partsReady = async (
  here: Pick<Ground, 'find' | 'onChange' | 'states'>,
  definitions: readonly PartDefinition<never, Part>[],
  signal: AbortSignal,
): Promise<void> => {
  const names = new Set(here.states().map(({ name }) => name))
  const asked = definitions.filter(({ name }) => names.has(name))
  for (;;) {
    const parts = asked.flatMap((one) => here.find(one) ?? [])
    const changed = changeOf(here, signal)
    if (parts.length === asked.length && (await areReady(parts, changed.promise))) {
      changed.end()
      return
    }
    await changed.promise
  }
}

const areReady = (parts: readonly Part[], changed: Promise<void>): Promise<boolean> =>
  Promise.race([
    Promise.all(parts.map(({ ready }) => ready)).then(
      () => true,
      () => false,
    ),
    changed.then(() => false),
  ])

/** A part of the place has started, or failed. */
const changeOf = ({ onChange }: Pick<Ground, 'onChange'>, signal: AbortSignal) => {
  const { promise, resolve } = Promise.withResolvers<void>()
  const end = onChange(() => {
    end()
    resolve()
  })
  signal.addEventListener('abort', () => end(), { once: true })
  return { promise, end }
}
