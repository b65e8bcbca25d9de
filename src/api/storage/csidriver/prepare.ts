import type { Draft } from '#schema/defaulting.ts'
import { jsonEqual } from '#schema/json-value.ts'
import type { CSIDriver } from './message.ts'

/** What belongs to a feature that is off in 1.36 is dropped. */
export const prepareCsiDriverCreate = ({ spec }: Draft<CSIDriver>): void => {
  delete spec.preventPodSchedulingIfMissing
}

/** It stays where it was. Each change of the wish is counted from 0, which is not written: a new driver has no generation. */
export const prepareCsiDriverUpdate = (driver: Draft<CSIDriver>, old: CSIDriver): void => {
  if (old.spec.preventPodSchedulingIfMissing === undefined) prepareCsiDriverCreate(driver)
  if (!jsonEqual(driver.spec as never, old.spec as never))
    driver.metadata = { ...driver.metadata, generation: (old.metadata?.generation ?? 0) + 1 }
}
