import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, BillingMode, Table } from 'aws-cdk-lib/aws-dynamodb';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';

/** What cannot be made again: the table and the secrets. Both outlive the stack. */
export class Store extends Construct {
  readonly table: Table;
  readonly secret: Secret;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.table = new Table(this, 'Table', {
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      sortKey: { name: 'sk', type: AttributeType.STRING },
      // A digest writes a thousand times what a quiet hour does: there is no rate to provision.
      billingMode: BillingMode.PAY_PER_REQUEST,
      timeToLiveAttribute: 'expiresAt',
      // Articles and subscribers exist nowhere else: any second of the last 35 days can be restored.
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true, recoveryPeriodInDays: 35 },
      deletionProtection: true,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    this.secret = new Secret(this, 'Secret', {
      description:
        "Broadsheet: keys of the mail provider, of the links in mails, and the owner's editor token",
      // Never change what is generated here: CloudFormation would make the secret anew, without what the operator has
      // filled in, and with another linkSecret every unsubscribe link already in somebody's inbox would stop working.
      generateSecretString: {
        secretStringTemplate: JSON.stringify({ resendApiKey: '', resendWebhookSecret: '', editorToken: '' }),
        generateStringKey: 'linkSecret',
        passwordLength: 64,
        excludePunctuation: true,
      },
      removalPolicy: RemovalPolicy.RETAIN,
    });
  }
}
