import type { Effect } from '../trace/effect.ts'

/** What a cure does, as it stands before its command. */
export function effectText(effect: Effect): string {
  switch (effect.code) {
    case 'scale-to-one':
      return 'let it make one'
    case 'told':
      return effect.text
  }
}
