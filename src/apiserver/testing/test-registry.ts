import { Catalogue } from '#api/catalogue/catalogue.ts'
import { builtInKinds } from '#api/kinds.ts'
import { createMachinery } from '../machinery/create-machinery.ts'
import { Registry, type RegistryOptions } from '../registry/registry.ts'
import { memoryJournal } from '../storage/memory-journal.ts'
import { Store } from '../storage/store.ts'

/** A registry over an empty store, without admissions: every namespace will do. */
export const createTestRegistry = (options: Partial<RegistryOptions> = {}): Registry => {
  let count = 0
  return new Registry({
    store: new Store(memoryJournal(1)),
    machinery: createMachinery(new Catalogue(builtInKinds)),
    admissions: [],
    now: () => new Date(0),
    random: () => 0,
    uuid: () => `uid-${++count}`,
    ...options,
  })
}
