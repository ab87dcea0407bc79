/**
 * Takes in: the ingress and, in prod, a certificate.
 * Guarantees: only the chat's API, its documents and its health are let through, `/metrics` is not; with a certificate by TLS 1.2 or
 * newer alone.
 * Gives out: the load balancer, its URL, and the target group of the ingress.
 */
import { Annotations, Duration } from 'aws-cdk-lib'
import * as ec2 from 'aws-cdk-lib/aws-ec2'
import * as elb from 'aws-cdk-lib/aws-elasticloadbalancingv2'
import type * as s3 from 'aws-cdk-lib/aws-s3'
import type { Construct } from 'constructs'
import { accept } from './accept.ts'
import type { Stage } from './stages.ts'

export interface LoadBalancer {
  balancer: elb.ApplicationLoadBalancer
  targets: elb.ApplicationTargetGroup
  url: string
}

export interface LoadBalancerOptions {
  stage: Stage
  vpc: ec2.IVpc
  accessLogs: s3.IBucket
  target: elb.IApplicationLoadBalancerTarget
  port: number
}

/** By priority. A rule takes five paths at most. */
const PATHS = {
  Chat: ['/api/v1/chat/*', '/health/live', '/health/ready'],
  Documents: ['/openapi.json', '/asyncapi.json', '/docs', '/docs/*'],
}
/** Below the idle time of the ingress (65 s), which must not be the one to close a connection in use. */
const IDLE_TIMEOUT = Duration.seconds(60)

export function addLoadBalancer(scope: Construct, options: LoadBalancerOptions): LoadBalancer {
  const { stage, vpc } = options
  const group = new ec2.SecurityGroup(scope, 'BalancerGroup', {
    vpc,
    description: 'Load balancer of the chat',
    allowAllOutbound: false,
  })
  accept(group, 'AwsSolutions-EC23', 'A public API: the app calls it from everywhere.')
  const balancer = new elb.ApplicationLoadBalancer(scope, 'Balancer', {
    vpc,
    internetFacing: true,
    vpcSubnets: { subnetType: ec2.SubnetType.PUBLIC },
    securityGroup: group,
    idleTimeout: IDLE_TIMEOUT,
    dropInvalidHeaderFields: true,
    deletionProtection: stage.size.isProtected,
  })
  // They hold URLs, which carry no token: REST takes it in a header.
  balancer.logAccessLogs(options.accessLogs, 'load-balancer')
  const targets = addTargets(scope, options)
  const listener = addListener(scope, balancer, stage)
  for (const [index, [name, paths]] of Object.entries(PATHS).entries())
    listener.addTargetGroups(name, {
      priority: 10 * (index + 1),
      conditions: [elb.ListenerCondition.pathPatterns(paths)],
      targetGroups: [targets],
    })
  const scheme = stage.certificateArn === undefined ? 'http' : 'https'
  return { balancer, targets, url: `${scheme}://${stage.domainName ?? balancer.loadBalancerDnsName}` }
}

function addListener(
  scope: Construct,
  balancer: elb.ApplicationLoadBalancer,
  stage: Stage,
): elb.ApplicationListener {
  const defaultAction = elb.ListenerAction.fixedResponse(404, {
    contentType: 'application/json',
    messageBody: JSON.stringify({ title: 'Not Found', status: 404 }),
  })
  if (stage.certificateArn === undefined) {
    Annotations.of(scope).addWarningV2(
      'growzone-chat:http',
      'Without certificateArn the API answers by plain HTTP, tokens included. For a trial alone.',
    )
    return balancer.addListener('Http', { port: 80, defaultAction })
  }
  // And nothing on port 80: a client that is redirected has sent its token in clear already.
  return balancer.addListener('Https', {
    port: 443,
    certificates: [elb.ListenerCertificate.fromArn(stage.certificateArn)],
    sslPolicy: elb.SslPolicy.RECOMMENDED_TLS,
    defaultAction,
  })
}

function addTargets(
  scope: Construct,
  { vpc, target, port }: LoadBalancerOptions,
): elb.ApplicationTargetGroup {
  return new elb.ApplicationTargetGroup(scope, 'Targets', {
    vpc,
    port,
    protocol: elb.ApplicationProtocol.HTTP,
    targetType: elb.TargetType.IP,
    targets: [target],
    loadBalancingAlgorithmType: elb.TargetGroupLoadBalancingAlgorithmType.LEAST_OUTSTANDING_REQUESTS,
    // Requests end within this time, those that wait for their outcome (10 s) too; an upload that does not is sent again.
    deregistrationDelay: Duration.seconds(30),
    healthCheck: {
      path: '/health/ready',
      interval: Duration.seconds(10),
      timeout: Duration.seconds(5),
      healthyThresholdCount: 2,
      unhealthyThresholdCount: 3,
    },
  })
}
