import type { NotHeld } from './not-held.ts'

const AGE = 'upstream gives each row an age that none of its columns is for; ours has the column'

export const services: NotHeld = {
  'refused: name missing':
    'upstream names an object that stands behind its allocator; ours says that the name is missing',
  'table ipaddresses': AGE,
  'table ipaddresses with rows': AGE,
  'api groups': 'upstream serves resource.k8s.io too, and ours metrics.k8s.io',
}
