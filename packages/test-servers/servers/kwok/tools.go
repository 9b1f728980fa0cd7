// Package tools keeps the server that the tests run against in go.mod.
//
//go:build tools

package tools

import _ "sigs.k8s.io/kwok/cmd/kwok"
