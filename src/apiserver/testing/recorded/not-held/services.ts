import type { NotHeld } from './not-held.ts'

const KIND = 'the kind is not served yet'

export const services: NotHeld = {
  'refused: name missing':
    'upstream names an object that stands behind its allocator; ours says that the name is missing',
  'table ipaddresses': KIND,
  'table ipaddresses with rows': KIND,
  'refused: bad continue': 'the words of a Go JSON decoder',
  'create Node worker': 'a taint that node agents here take nothing from: nodes start untainted',
  'api groups': 'upstream serves more groups',
  'api resources v1': 'upstream serves more kinds',
}
