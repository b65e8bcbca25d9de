import type { Draft } from '#schema/defaulting.ts'
import type { CSIDriver } from './message.ts'

/** What belongs to a feature that is off in 1.36 is dropped. */
export const prepareCsiDriverCreate = ({ spec }: Draft<CSIDriver>): void => {
  delete spec.preventPodSchedulingIfMissing
}

/** It stays where it was. */
export const prepareCsiDriverUpdate = (driver: Draft<CSIDriver>, old: CSIDriver): void => {
  if (old.spec.preventPodSchedulingIfMissing === undefined) prepareCsiDriverCreate(driver)
}
