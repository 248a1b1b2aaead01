// Command pulumi-resource-kubernetes is Pulumi's own Kubernetes provider, without the schema of its
// package: its own main embeds that from a file which its module does not have.
package main

import (
	"github.com/pulumi/pulumi-kubernetes/provider/v4/pkg/provider"
	"github.com/pulumi/pulumi-kubernetes/provider/v4/pkg/version"
)

func main() {
	provider.Serve("kubernetes", version.Version, []byte("{}"), []byte("{}"))
}
