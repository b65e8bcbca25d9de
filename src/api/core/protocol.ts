import { type Infer, oneOf } from '#schema/schema.ts'

export const Protocol = oneOf('TCP', 'UDP', 'SCTP')
export type Protocol = Infer<typeof Protocol>
