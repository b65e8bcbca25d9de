import { formKind } from '#api/catalogue/form.ts'
import { status } from '#api/catalogue/subresource.ts'
import type { Column } from '#api/table/column.ts'
import type { Draft } from '#schema/defaulting.ts'
import { horizontalPodAutoscalerColumns } from '../columns.ts'
import { defaultHorizontalPodAutoscaler } from '../defaults.ts'
import { horizontalPodAutoscaler } from '../kind.ts'
import type { HorizontalPodAutoscaler as Stored } from '../message.ts'
import { fromStored, toStored } from './conversion.ts'
import type { HorizontalPodAutoscaler } from './message.ts'
import { horizontalPodAutoscalersV1 } from './resource.ts'

/** What is stored has the defaults of v2 too: v1 has no word for most of them. */
const write = (object: HorizontalPodAutoscaler): Stored => {
  const stored = toStored(object)
  defaultHorizontalPodAutoscaler(stored as Draft<Stored>)
  return stored
}

const columns = horizontalPodAutoscalerColumns.map(
  ({ cell, ...rest }: Column<Stored>): Column<HorizontalPodAutoscaler> => ({
    ...rest,
    cell: (object, now) => cell(toStored(object), now),
  }),
)

/** The older of two forms: the CPU alone is measured, and all else is kept in annotations. */
export const horizontalPodAutoscalerV1 = formKind(horizontalPodAutoscaler, {
  resource: horizontalPodAutoscalersV1,
  subresources: { status },
  read: fromStored,
  write,
  defaults: ({ spec }) => {
    if (spec) spec.minReplicas ??= 1
  },
  isInert: true,
  columns,
})
