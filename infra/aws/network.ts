/**
 * Takes in: the stage.
 * Guarantees: tasks and database have no public address; a new VPC notes what it refuses.
 * Gives out: the VPC, imported or new, with public and private subnets.
 */
import { Fn, type Stack } from 'aws-cdk-lib'
import * as ec2 from 'aws-cdk-lib/aws-ec2'
import { Construct } from 'constructs'
import { accept } from './accept.ts'
import { addLogGroup } from './log-group.ts'
import type { Stage } from './stages.ts'

export function addNetwork(stack: Stack, stage: Stage): ec2.IVpc {
  const scope = new Construct(stack, 'Network')
  return stage.vpc ? importVpc(scope, stage.vpc) : addVpc(scope, stage)
}

function importVpc(scope: Construct, vpc: NonNullable<Stage['vpc']>): ec2.IVpc {
  accept(scope, '@aws-cdk/aws-ec2:noSubnetRouteTableId', 'Nothing here routes.')
  return ec2.Vpc.fromVpcAttributes(scope, 'Vpc', {
    vpcId: vpc.vpcId,
    availabilityZones: vpc.availabilityZones,
    publicSubnetIds: vpc.publicSubnetIds,
    privateSubnetIds: vpc.privateSubnetIds,
  })
}

function addVpc(scope: Construct, stage: Stage): ec2.IVpc {
  const vpc = new ec2.Vpc(scope, 'Vpc', {
    // Not `maxAzs`: without an account the CDK knows of two zones. Which they are is asked when the stack is deployed.
    availabilityZones: Array.from({ length: stage.size.zones }, (_, index) => Fn.select(index, Fn.getAzs())),
    natGateways: stage.size.natGateways,
    // It would take a custom resource with a function of its own; nothing uses the default group.
    restrictDefaultSecurityGroup: false,
    subnetConfiguration: [
      { name: 'public', subnetType: ec2.SubnetType.PUBLIC, cidrMask: 24, mapPublicIpOnLaunch: false },
      { name: 'private', subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS, cidrMask: 20 },
      { name: 'database', subnetType: ec2.SubnetType.PRIVATE_ISOLATED, cidrMask: 24 },
    ],
    // Free, and what passes here does not pass the NAT gateways, which charge by the gigabyte.
    gatewayEndpoints: {
      S3: { service: ec2.GatewayVpcEndpointAwsService.S3 },
      DynamoDb: { service: ec2.GatewayVpcEndpointAwsService.DYNAMODB },
    },
  })
  vpc.addFlowLog('Refused', {
    destination: ec2.FlowLogDestination.toCloudWatchLogs(addLogGroup(scope, 'RefusedLog', stage, 'vpc')),
    trafficType: ec2.FlowLogTrafficType.REJECT,
  })
  return vpc
}
