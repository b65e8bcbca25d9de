import { LATER, type NotHeld } from './not-held.ts'

export const access: NotHeld = {
  'refused: roleRef immutable': LATER,
  'aggregated clusterrole': LATER,
  'clusterrole edit': LATER,
  clusterrolebindings: LATER,
  'rita may list pods': LATER,
  'rita: version': LATER,
  'impersonate service account': LATER,
  'can-i no': LATER,
  'can-i list': LATER,
  subjectaccessreview: LATER,
  'token request': LATER,
}
