/** What can differ between two deployments of one publication. It is read from the environment when the stack is synthesized. */
export type Deployment = {
  stackName: string;
  /** The domain of the publication. Without it, the site has CloudFront's domain. */
  domain?: { baseUrl: string; hostName: string; certificateArn: string };
  /** The address that gets a mail when an alarm goes off. */
  alarmEmail?: string;
};

/** Reads the deployment from the environment. Throws an error that names the wrong variable and what is allowed. */
export function readDeployment(env: Record<string, string | undefined>): Deployment {
  const domain = domainOf(env.BROADSHEET_URL, env.CERTIFICATE_ARN);
  const alarmEmail = env.ALARM_EMAIL;
  if (alarmEmail && !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(alarmEmail)) {
    throw new Error(`ALARM_EMAIL is "${alarmEmail}"; it must be a mail address`);
  }
  return {
    stackName: stackNameOf(env.BROADSHEET_STACK || 'Broadsheet'),
    ...(domain && { domain }),
    ...(alarmEmail && { alarmEmail }),
  };
}

function stackNameOf(name: string): string {
  if (/^[A-Za-z][A-Za-z0-9-]{0,63}$/.test(name)) return name;
  throw new Error(
    `BROADSHEET_STACK is "${name}"; it must begin with a letter and have at most 64 letters, digits and hyphens`,
  );
}

function domainOf(url: string | undefined, certificateArn: string | undefined): Deployment['domain'] {
  if (!url && !certificateArn) return undefined;
  if (!url || !certificateArn) {
    throw new Error(
      `${url ? 'CERTIFICATE_ARN' : 'BROADSHEET_URL'} is not set; set both BROADSHEET_URL and CERTIFICATE_ARN for a domain of your own, or neither for CloudFront's domain`,
    );
  }
  const hostName = URL.canParse(url) ? new URL(url).hostname : '';
  const baseUrl = `https://${hostName}`;
  if (url.replace(/\/$/, '') !== baseUrl || !hostName.includes('.')) {
    throw new Error(
      `BROADSHEET_URL is "${url}"; it must be https and a host name, with no port or path, such as "https://news.example"`,
    );
  }
  // CloudFront takes certificates of this region only, in whatever region the stack is.
  if (!/^arn:aws[a-z-]*:acm:us-east-1:\d{12}:certificate\/[\w-]+$/.test(certificateArn)) {
    throw new Error(
      `CERTIFICATE_ARN is "${certificateArn}"; it must be the ARN of an ACM certificate in us-east-1, even if the stack is in another region`,
    );
  }
  return { baseUrl, hostName, certificateArn };
}
