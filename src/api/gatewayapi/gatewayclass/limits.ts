import { byDefault, limitsOf, type MessageLimits } from '../definition/limits.ts'
import * as texts from '../definition/texts.ts'
import { CONDITIONS, waiting } from '../shared/limits.ts'
import { GatewayClass, GatewayClassSpec, GatewayClassStatus, SupportedFeature } from './message.ts'

const WAITING = waiting('Accepted')

export const gatewayClassLimits: readonly MessageLimits[] = [
  limitsOf(GatewayClass, {
    spec: ['Whose class it is.'],
    status: ['What its controller says of it.', byDefault({ conditions: WAITING })],
  }),
  limitsOf(GatewayClassSpec, {
    controllerName: [
      'The controller that makes what Gateways of this class ask for; it cannot be changed.',
      texts.controllerName,
      { 'x-kubernetes-validations': [{ rule: 'self == oldSelf', message: 'it cannot be changed' }] },
    ],
    parametersRef: ["The controller's own settings for the class."],
    description: ['What people are told of it.', { maxLength: 64 }],
  }),
  limitsOf(GatewayClassStatus, {
    conditions: ['What is said of it.', CONDITIONS, byDefault(WAITING)],
    supportedFeatures: ['What the controller can, in the order of the alphabet.', { maxItems: 64 }],
  }),
  limitsOf(SupportedFeature, { name: ['The word for it that conformance tests use.'] }),
]
