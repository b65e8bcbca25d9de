import type { Catalogue } from '#api/catalogue/catalogue.ts'
import type { Form, Kind } from '#api/catalogue/kind.ts'
import type { ListPage, Selection } from '../storage/reading/list.ts'
import type { StoredEvent, Watch } from '../storage/reading/watch.ts'
import { ConversionNeeded } from './conversion-needed.ts'

/** What a selection of a form chooses of what is stored. */
const ofStored = ({ read }: Form, { matches, ...rest }: Selection): Selection =>
  matches === undefined ? rest : { ...rest, matches: (stored) => matches(read(stored)) }

/**
 * A page of objects in one of their forms; `list` lists what is stored, or with `isWhole` all of it. What somebody else
 * converts is asked for all at once.
 */
export const listForm = (
  form: Form,
  selection: Selection,
  list: (stored: Selection, isWhole?: boolean) => ListPage,
): ListPage => {
  const { namespace, matches } = selection
  if (form.need !== undefined && matches !== undefined) form.need(list(namespace ? { namespace } : {}, true).items)
  const page = list(ofStored(form, selection))
  form.need?.(page.items)
  return { ...page, items: page.items.map((stored) => form.read(stored)) }
}

/**
 * A watch of objects in one of their forms; `open` opens that of what is stored. It is over when the form is served no
 * more: who asks again is told what there is now. An event whose object somebody else must convert is told of when they
 * have, and those behind it after it.
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
  let isWaiting = false
  let failure: { readonly error: unknown } | undefined
  /** Taken, and not told of yet. */
  let held: StoredEvent | undefined
  const stop = catalogue.onChange(({ type, kind }) => {
    if (type !== 'removed' || kind.resource !== resource) return
    ended = true
    // Not inside of what took it away.
    setImmediate(onReady)
  })
  const take = (): StoredEvent | undefined => {
    held ??= watch.next()
    const event = held === undefined || held.type === 'BOOKMARK' ? held : { ...held, object: read(held.object) }
    held = undefined
    return event
  }
  const wait = async (needed: ConversionNeeded): Promise<void> => {
    isWaiting = true
    try {
      await needed.resolve()
    } catch (error) {
      failure = { error }
    }
    isWaiting = false
    onReady()
  }
  return {
    next() {
      if (failure !== undefined) throw failure.error
      if (isWaiting) return undefined
      try {
        return take()
      } catch (error) {
        if (!(error instanceof ConversionNeeded)) throw error
        void wait(error)
        return undefined
      }
    },
    get isBehind() {
      return watch.isBehind
    },
    get isWaiting() {
      return isWaiting
    },
    get isOver() {
      return !isWaiting && failure === undefined && (ended || watch.isOver)
    },
    close() {
      stop()
      watch.close()
    },
  }
}
