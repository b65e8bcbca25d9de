import type { Check, Fault } from './check.ts'
import type { Rules } from './layers.ts'
import { roomOf } from './tree.ts'

const PAGE = 'ARCHITECTURE.md'
/** A line of the table: the room, what it holds, what it may not. */
const LINE = /^\| `(\w+)` \|.*\| ([^|]*)\|$/gm
/** How the page says that a room is pure. */
const PURE = 'have effects'

/** A room in the rules, in the table of ARCHITECTURE.md or in src/ that is not in all three, in one order. */
export const rooms = ({ rooms: ruled, pure }: Pick<Rules, 'rooms' | 'pure'>): Check => ({
  name: 'rooms',
  find: ({ texts, units }) => {
    const faults: Fault[] = []
    const [, table = ''] = (texts.get(PAGE) ?? '').split('\n## Rooms\n')
    const told = new Map([...table.split('\n## ')[0]!.matchAll(LINE)].map(([, room, not]) => [room!, not!]))
    const order = [...told.keys()]
    const there = new Set([...units.keys()].flatMap((path) => roomOf(path) ?? []))
    const names = Object.keys(ruled)
    for (const room of new Set([...names, ...order, ...there])) {
      const lacks = [
        ...(names.includes(room) ? [] : ['layers.json']),
        ...(told.has(room) ? [] : [`the table of ${PAGE}`]),
        ...(there.has(room) ? [] : ['src/']),
      ]
      if (lacks.length > 0) faults.push({ subject: room, message: `the room is not in ${lacks.join(' and ')}` })
      else if (pure.includes(room) !== told.get(room)!.includes(PURE))
        faults.push({ subject: room, message: `${PAGE} and layers.json do not agree whether it is pure` })
    }
    for (const [index, room] of names.entries())
      for (const below of ruled[room]!)
        if (!names.slice(0, index).includes(below))
          faults.push({ subject: room, message: `it stands before '${below}', which it may import, in layers.json` })
    if (faults.length === 0 && names.join() !== order.join())
      faults.push({
        subject: PAGE,
        message: `its rooms stand in another order than in layers.json: ${names.join(', ')}`,
      })
    return faults
  },
})
