import type { Catalogue } from '#api/catalogue/catalogue.ts'
import type { Form, Kind } from '#api/catalogue/kind.ts'
import type { ListPage, Selection } from '../storage/reading/list.ts'
import type { StoredEvent, Watch } from '../storage/reading/watch.ts'

/** What a selection of a form chooses of what is stored. */
const ofStored = ({ read }: Form, { matches, ...rest }: Selection): Selection =>
  matches === undefined ? rest : { ...rest, matches: (stored) => matches(read(stored)) }

/** A page of objects in one of their forms; `list` lists what is stored. */
export const listForm = (form: Form, selection: Selection, list: (stored: Selection) => ListPage): ListPage => {
  const page = list(ofStored(form, selection))
  return { ...page, items: page.items.map((stored) => form.read(stored)) }
}

/**
 * A watch of objects in one of their forms; `open` opens that of what is stored. It is over when the form is served no
 * more: who asks again is told what there is now.
 */
export const watchForm = (
  catalogue: Catalogue,
  { form, resource }: Kind,
  selection: Selection,
  open: (stored: Selection) => Watch,
  onReady: () => void,
): Watch => {
  const { read } = form!
  const watch = open(ofStored(form!, selection))
  let ended = false
  const stop = catalogue.onChange(({ type, kind }) => {
    if (type !== 'removed' || kind.resource !== resource) return
    ended = true
    // Not inside of what took it away.
    setImmediate(onReady)
  })
  return {
    next(): StoredEvent | undefined {
      const event = watch.next()
      return event === undefined || event.type === 'BOOKMARK' ? event : { ...event, object: read(event.object) }
    },
    get isBehind() {
      return watch.isBehind
    },
    get isOver() {
      return ended || watch.isOver
    },
    close() {
      stop()
      watch.close()
    },
  }
}
