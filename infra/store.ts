import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, BillingMode, Table } from 'aws-cdk-lib/aws-dynamodb';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';

/**
 * The table and the secret. Nobody can make them again, so both stay when the stack is deleted. CloudFormation chooses their
 * names, so they are not in the way when the stack is deployed again.
 */
export class Store extends Construct {
  readonly table: Table;
  readonly secret: Secret;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.table = new Table(this, 'Table', {
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      sortKey: { name: 'sk', type: AttributeType.STRING },
      // Sending a digest writes a thousand times as much as a quiet hour, so no fixed capacity would fit.
      billingMode: BillingMode.PAY_PER_REQUEST,
      timeToLiveAttribute: 'expiresAt',
      // Articles and subscribers exist nowhere else. The table can be restored to any second of the last 35 days.
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true, recoveryPeriodInDays: 35 },
      deletionProtection: true,
      // The table also stays when the first deployment fails. CloudFormation could not delete a protected table, so any other
      // policy would make the rollback of that deployment fail too.
      removalPolicy: RemovalPolicy.RETAIN,
    });
    this.secret = new Secret(this, 'Secret', {
      description:
        "Broadsheet: keys of the mail provider, of the links in mails, and the owner's editor token",
      // Never change these options. CloudFormation would generate the secret again. What the operator has filled in would be
      // gone, and the linkSecret would be another one, so every unsubscribe link in the mails of readers would stop working.
      generateSecretString: {
        secretStringTemplate: JSON.stringify({ resendApiKey: '', resendWebhookSecret: '', editorToken: '' }),
        generateStringKey: 'linkSecret',
        passwordLength: 64,
        excludePunctuation: true,
      },
      // The secret goes when the first deployment fails, because nobody has filled it in yet and it has signed no link.
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
  }
}
