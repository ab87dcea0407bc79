/** Stands in for `@aws-sdk/endpoint-cache` in a Lambda function, which finds no endpoint by asking for one. */
export class EndpointCache {}
