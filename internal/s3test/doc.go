// Package s3test tests the store of evidence on a bucket, against an S3 server in
// the test's own process.
//
// It is a module of its own, so that the server's libraries are none of Duban's.
package s3test
