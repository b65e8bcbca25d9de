import type { NotHeld } from './not-held.ts'

export const customResources: NotHeld = {
  wait: 'a version that was added is told of at once; Kubernetes takes its time',
}
