package documents

// TitleLines is how a title is broken.
var TitleLines = titleLines
